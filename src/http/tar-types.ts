/** What a tar is called, plain or compressed. Who reads it looks into it to tell which. */
export const TAR_TYPES = ['application/x-tar', 'application/tar', 'application/gzip', 'application/x-gzip'];
