package io.atelier.error;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * Why a generation, or a call, did not succeed. The list is closed and part of the public contract: codes are added, never
 * renamed. On the wire a code is its name in lower case.
 */
public enum ErrorCode {
    /** The request breaks the contract; the details name each field. */
    INVALID_REQUEST(false),
    /** The record is no JSON object, or no generation request at all. */
    MALFORMED_MESSAGE(false),
    /** The body or record is larger than a request may be. */
    REQUEST_TOO_LARGE(false),
    /** No model of that name is served here. */
    UNKNOWN_MODEL(false),
    /** The model cannot do what was asked, such as a scheduler or mode that it lacks. */
    UNSUPPORTED(false),
    /** The request asks for the refiner and the model has none. */
    REFINER_UNAVAILABLE(false),
    /** The bucket alias is not configured on the worker. */
    UNKNOWN_BUCKET(false),
    /** The host of a start picture did not answer, or not well; it may later. */
    INPUT_UNAVAILABLE(true),
    /** The same id came again with another request. */
    CONFLICT(false),
    /** Nothing is known under this id. */
    NOT_FOUND(false),
    /** The caller has not proved who they are. */
    UNAUTHORIZED(false),
    /** The caller is known, and may not do this. */
    FORBIDDEN(false),
    /** Who calls cannot be found out now. */
    IDENTITY_UNAVAILABLE(true),
    /** The caller has asked for more than its share; it may ask again later. */
    TOO_MANY_REQUESTS(true),
    /** A model folder is incomplete or contradicts itself. */
    MODEL_INVALID(false),
    /** The UNet or the VAE returned NaN or infinity: a black picture is never a result. */
    NOT_A_NUMBER(true),
    /** A run of a model graph failed. */
    INFERENCE_FAILED(true),
    /** The device ran out of memory; another worker may have more. */
    OUT_OF_MEMORY(true),
    /** The object store refused or could not be reached. */
    STORAGE_UNAVAILABLE(true),
    /** Kafka refused or could not be reached. */
    BROKER_UNAVAILABLE(true),
    /** The gateway's job store refused or could not be reached. */
    STORE_UNAVAILABLE(true),
    /** The job was started more often than the limit allows, without an end. */
    ATTEMPTS_EXHAUSTED(false),
    /** The worker was stopped while it held the job. */
    INTERRUPTED(true),
    /** A fault in Atelier itself. */
    INTERNAL(true);

    private final boolean retryable;

    ErrorCode(boolean retryable) {
        this.retryable = retryable;
    }

    /** Whether another try, here or on another worker, can succeed. */
    public boolean retryable() {
        return retryable;
    }

    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static ErrorCode of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
