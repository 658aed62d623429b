/** What may stand in a job file, as a table: the reader, the JSON Schema and the tests go by it. */
export type Field = { readonly says: string } & (
  | { readonly kind: 'text' | 'count' | 'flag' | 'scalar' }
  /** Texts by names that are data. */
  | { readonly kind: 'texts' }
  | { readonly kind: 'object' | 'list'; readonly fields: Fields; readonly required?: readonly string[] }
);

export type Fields = Readonly<Record<string, Field>>;

const text = (says: string): Field => ({ kind: 'text', says });
const flag = (says: string): Field => ({ kind: 'flag', says });

/** Names are those of the Python SDK; in TypeScript they are written `trainInstanceType`. */
export const jobFields: Fields = {
  job_name: text('1 to 64 letters, digits, _ and -. Default: job- and the time.'),
  job_description: text('Up to 256 characters.'),
  train_instance_type: text('Id of a flavor (labelkit train flavors); local: this machine.'),
  train_instance_count: { kind: 'count', says: 'How many nodes. Default 1.' },
  pool_id: text('A dedicated pool.'),
  workspace_id: text('Default 0.'),
  framework_type: text('Name of a preset framework (labelkit train engines).'),
  framework_version: text('Its version.'),
  user_image_url: text('An image of your own: organisation/image:tag.'),
  user_command: text('What that image runs.'),
  framework_on_image: flag('Take framework_type with user_image_url. Default false.'),
  training_files: {
    kind: 'object',
    says: 'What is run.',
    required: ['code_dir'],
    fields: {
      code_dir: text('A folder of object storage, obs://bucket/code/; of a local run also a local one.'),
      boot_file: text('A file in it, relative to it.'),
    },
  },
  dataset: text('Id or name of a data set whose version the job works on.'),
  version: text('Id or name of that version.'),
  data: text('A folder of object storage, or a local folder that is imported first, into the data set.'),
  script_interpreter: text('The program that runs the boot file of a local run. Default python3.'),
  work_path: text(
    'Local data becomes a new data set, and the service may write here for it: obs://bucket/dir/.',
  ),
  inputs: {
    kind: 'list',
    says: 'Data in object storage, by the names that the script knows it by.',
    required: ['name'],
    fields: {
      name: text('The script gets --<name>=<folder>.'),
      obs_path: text('obs://bucket/data/'),
      local_path: text('Local runs: where it is put; without obs_path, where it is.'),
      is_local_source: flag('Local runs: it is at local_path, not at obs_path. Default false.'),
    },
  },
  outputs: {
    kind: 'list',
    says: 'Folders that the job writes to.',
    required: ['name'],
    fields: {
      name: text('The script gets --<name>=<folder>.'),
      obs_path: text('obs://bucket/out/'),
      local_path: text('Local runs: where the script writes.'),
    },
  },
  parameters: {
    kind: 'list',
    says: 'Arguments of the script.',
    required: ['name'],
    fields: {
      name: text('The script gets --<name>=<value>.'),
      value: { kind: 'scalar', says: 'A text, a number or a boolean; without it the argument is a flag.' },
    },
  },
  env_variables: { kind: 'texts', says: 'Variables of the environment: up to 100 texts without $.' },
  log_url: text('Where logs are written: obs://bucket/log/.'),
  local_code_dir: text('Where the code is in the container: below /home.'),
  working_dir: text('Where the script is started in the container.'),
  volumes: {
    kind: 'list',
    says: 'File servers.',
    required: ['nfs'],
    fields: {
      nfs: {
        kind: 'object',
        says: 'A share.',
        required: ['nfs_server_path', 'local_path'],
        fields: {
          nfs_server_path: text('192.168.0.1:/share'),
          local_path: text('Where it is in the container.'),
          read_only: flag('Default false.'),
        },
      },
    },
  },
};

/** The JSON Schema that editors check job files by. */
export function jobFileSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A training job, for labelkit train submit --from-file',
    ...objectSchema(jobFields, []),
  };
}

function objectSchema(fields: Fields, required: readonly string[]): object {
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, { description: field.says, ...schemaOf(field) }]),
    ),
  };
}

function schemaOf(field: Field): object {
  switch (field.kind) {
    case 'text':
      return { type: 'string' };
    case 'count':
      return { type: 'integer', minimum: 1 };
    case 'flag':
      return { type: 'boolean' };
    case 'scalar':
      return { type: ['string', 'number', 'boolean'] };
    case 'texts':
      return { type: 'object', additionalProperties: { type: 'string' } };
    case 'object':
      return objectSchema(field.fields, field.required ?? []);
    case 'list':
      return { type: 'array', items: objectSchema(field.fields, field.required ?? []) };
  }
}
