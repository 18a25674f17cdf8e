// What tasks there are: the names are kept in Redis, where older and newer versions of a server may meet.
export const REFRESH = 'refresh';
export const BATCH_REFRESH = 'batch-refresh';
export const PRE_REFRESH = 'pre-refresh';
export const CLEAN_UP = 'clean-up';
