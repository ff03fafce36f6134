-- The old are found by generation_in_queue, for each status and priority; what is not in an index need not be written for each row.
DROP INDEX generation_created;
