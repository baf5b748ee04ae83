/** A replica that cannot be reached is given up after this long. */
export const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
/** The client waits this much longer than the server may work before it gives a connection up. */
export const CLIENT_GRACE_MILLISECONDS = 5_000;
