/** What is needed of a WebSocket: that of browsers, of Node, and of the package `ws` have it. */
export interface AnyWebSocket {
  binaryType: string;
  readonly readyState: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => AnyWebSocket;

/** States of a socket, as the standard numbers them. */
export const ReadyState = { connecting: 0, open: 1 } as const;
