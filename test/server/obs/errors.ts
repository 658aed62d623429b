/** A refusal, as it goes over the wire: HTTP status, OBS error code, and extra elements or headers. */
export class ObsError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly extra: {
      /** Elements of the XML body after the common ones, such as `StringToSign`. */
      readonly elements?: Readonly<Record<string, string>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = 'ObsError';
  }
}

/** The connection is gone, or was ended on purpose: nobody is there to answer. */
export class ConnectionGone extends Error {
  override name = 'ConnectionGone';
}

export const invalidArgument = (message: string): ObsError => new ObsError(400, 'InvalidArgument', message);
export const malformedXml = (message: string): ObsError => new ObsError(400, 'MalformedXML', message);
export const noSuchKey = (): ObsError => new ObsError(404, 'NoSuchKey', 'The specified key does not exist.');
export const preconditionFailed = (condition: string): ObsError =>
  new ObsError(412, 'PreconditionFailed', 'At least one of the preconditions you specified did not hold.', {
    elements: { Condition: condition },
  });
