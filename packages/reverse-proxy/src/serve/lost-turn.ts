import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Node tells a response that its connection was lost only once it is that response's turn on it. One whose request was
 * pipelined behind another would never hear of it, nor would those who wait for its `close`: this has it closed too.
 */
export function closeWithConnection(incoming: IncomingMessage, response: ServerResponse): void {
  if (response.socket !== null) return;
  const { socket } = incoming;
  const lost = (): void => {
    if (response.socket !== null || response.writableFinished) return;
    response.destroy();
    response.emit('close');
  };
  incoming.once('close', () => {
    if (socket.destroyed) lost();
    else if (!response.writableFinished) socket.once('close', lost);
  });
}
