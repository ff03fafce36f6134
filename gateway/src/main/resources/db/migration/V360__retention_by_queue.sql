-- The old are found by generation_in_queue, for each status and priority. An index less is a tenth less work for each new row.
DROP INDEX generation_created;
