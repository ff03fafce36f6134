package io.atelier.local.infrastructure;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.blobstore.BlobStore;

/** A real S3 server on the loopback interface; its objects are plain files below a folder. */
public final class EmbeddedObjectStore implements AutoCloseable {
    private final S3Proxy server;

    private EmbeddedObjectStore(S3Proxy server) {
        this.server = server;
    }

    public static EmbeddedObjectStore start(Path folder, int port, String accessKey, String secretKey)
            throws Exception {
        Files.createDirectories(folder);
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", folder.toString());
        BlobStore store = BlobStores.create("filesystem-nio2", properties);
        S3Proxy server = S3Proxy.builder()
                .blobStore(store)
                .endpoint(URI.create("http://127.0.0.1:" + port))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, accessKey, secretKey)
                // Clients send headers of newer S3 versions, which change nothing here.
                .ignoreUnknownHeaders(true)
                .build();
        server.setBlobStoreLocator((identity, container, blob) ->
                identity != null && identity.equals(accessKey) ? new AccessGrant(secretKey, store) : null);
        server.start();
        return new EmbeddedObjectStore(server);
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            // The process ends anyway, and every object was written when its upload was answered.
            System.err.println("The object store did not stop cleanly: " + e);
        }
    }
}
