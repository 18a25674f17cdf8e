/**
 * The `event` of every line that the process layer logs. Operators filter and alert by these: a name is kept once it
 * is published.
 */
export type ProcessEvent =
  | 'config_warning'
  | 'server_start'
  | 'server_listening'
  | 'server_start_failed'
  | 'server_draining'
  | 'server_stopped'
  | 'server_stop_forced'
  | 'reload_started'
  | 'reload_done'
  | 'reload_refused'
  | 'worker_ready'
  | 'worker_died'
  | 'worker_crash_loop'
  | 'worker_hung'
  | 'worker_start_failed'
  | 'message_failed'
  | 'uncaught_exception';
