/** What the service answers instead of doing what it was asked for. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    /** `ModelArts.4352`, `APIGW.0101` */
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** A value that is not taken. Where no document says which code it has, this one is used. */
export const invalid = (message: string, code = '0104') => new Refusal(400, `ModelArts.${code}`, message);

const missing = {
  dataset: ['4352', 'dataset'],
  version: ['4353', 'dataset version'],
  'export task': ['4359', 'export task'],
  sample: ['4420', 'sample'],
  task: ['4612', 'task'],
  'label task': ['4801', 'label task'],
} as const;

export function notFound(what: keyof typeof missing, id: string): Refusal {
  const [code, name] = missing[what];
  return new Refusal(400, `ModelArts.${code}`, `The ${name} ${id} does not exist.`);
}

const taken = { dataset: '4351', version: '4371', label: '4411', 'label task': '4800' } as const;

export const alreadyExists = (what: keyof typeof taken, name: string) =>
  new Refusal(400, `ModelArts.${taken[what]}`, `The ${what} ${name} already exists.`);

const busyCodes = {
  publishing: '4343',
  switching: '4349',
  synchronising: '4355',
  importing: '4356',
} as const;

export const busy = (doing: keyof typeof busyCodes) =>
  new Refusal(400, `ModelArts.${busyCodes[doing]}`, `The dataset is ${doing}.`);

/** What the gateway before the service says. */
export const gateway = (status: number, code: string, message: string) =>
  new Refusal(status, `APIGW.${code}`, message);
