/** Largest annotation file taken, in bytes: the service's 100 MB. */
export const largestFile = 100 * 1024 * 1024;
/** Deepest nesting of `part`, one directly in an object being 1. */
export const deepestPart = 16;
