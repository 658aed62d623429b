import { type Json, numberOf, objectsOf, textOf } from '../json.js';
import { neededPlace } from '../objects.js';
import { invalid } from '../refusal.js';
import type { World } from '../state.js';
import { algorithms, engines, specs } from './catalog.js';
import { dataAt, dataOfVersion, Program, parametersOf } from './program.js';

/*
 * What a job of old training is to do, as jobs, versions and configurations say it.
 */

const members = new Set(
  (
    'worker_server_num app_url boot_file_url model_id engine_id parameter spec_id data_url dataset_id ' +
    'dataset_version_id data_source train_url log_url user_image_url user_command pool_id volumes ' +
    'create_version pre_version_id nas_type nas_share_addr nas_mount_path'
  ).split(' '),
);

const bad = (message: string) => invalid(message, '0105');

/** `/bucket/…/`. @throws Refusal with the codes of old training */
function folderIn(body: Json, name: string): string | undefined {
  const text = textOf(body, name);
  if (text === undefined || text === '') return undefined;
  if (/[\s'{}[\]]/.test(text)) throw invalid(`${name} has characters that no path may have.`, '2608');
  const place = neededPlace(text, name);
  if (place.key === '') throw invalid(`${name} is a whole bucket.`, '2606');
  if (!text.startsWith('/')) throw bad(`${name} has the form /bucket/folder/.`);
  return text;
}

/** What is trained on: a path, a version of a data set, or a list of one of them; read when the job begins. */
function dataOf(world: World, body: Json): () => string {
  const url = folderIn(body, 'data_url');
  const [dataset, version] = [textOf(body, 'dataset_id'), textOf(body, 'dataset_version_id')];
  const sources = objectsOf(body, 'data_source');
  if ((dataset === undefined) !== (version === undefined))
    throw bad('dataset_id and dataset_version_id go together.');
  const given = [url, dataset, sources.length > 0 || undefined].filter((one) => one !== undefined);
  if (given.length !== 1) throw bad('Give one of data_url, dataset_id and data_source.');
  const ofVersion = (id: string, versionId: string) => {
    const text = dataOfVersion(world, id, versionId);
    return () => text;
  };
  const ofPath = (path: string) => () => dataAt(world.objects, neededPlace(path, 'data_url'));
  if (url !== undefined) return ofPath(url);
  if (dataset !== undefined && version !== undefined) return ofVersion(dataset, version);
  const types = new Set(sources.map(({ type }) => type));
  if (types.size !== 1) throw bad('All of data_source have one type.');
  const readers = sources.map((source) => {
    const [id, one] = [textOf(source, 'dataset_id'), textOf(source, 'dataset_version')];
    const path = folderIn(source, 'data_url');
    if (source['type'] === 'dataset' && id !== undefined && one !== undefined && path === undefined)
      return ofVersion(id, one);
    if (source['type'] === 'obs' && path !== undefined && id === undefined && one === undefined)
      return ofPath(path);
    throw bad('An item of data_source names a path or a version, as its type says.');
  });
  return () => readers.map((read) => read()).join(', ');
}

/** What is run: a program on an engine, a built-in algorithm, or an image. @throws Refusal */
function checkCode(body: Json): void {
  const [code, boot] = [folderIn(body, 'app_url'), folderIn(body, 'boot_file_url')];
  const [model, engine] = [numberOf(body, 'model_id'), numberOf(body, 'engine_id')];
  const [image, command] = [textOf(body, 'user_image_url'), textOf(body, 'user_command')];
  if ((image === undefined) !== (command === undefined))
    throw bad('user_image_url and user_command go together.');
  if ((code === undefined) !== (boot === undefined)) throw bad('app_url and boot_file_url go together.');
  if (code !== undefined && boot?.startsWith(code) === false) throw bad('boot_file_url is not in app_url.');
  if (image !== undefined) {
    if (model !== undefined || engine !== undefined)
      throw bad('An image goes without model_id and engine_id.');
    return;
  }
  if (model !== undefined) {
    if (code !== undefined || engine !== undefined) throw bad('model_id goes without app_url and engine_id.');
    if (!algorithms.some(({ model_id: id }) => id === model)) throw bad(`There is no model ${model}.`);
    return;
  }
  if (code === undefined) throw bad('Give app_url, model_id or user_image_url.');
  if (!engines.some(({ id }) => id === engine)) throw bad(`There is no engine ${engine}.`);
}

/**
 * Looks at everything that a job or a configuration says, in a body without the names of the thing itself.
 *
 * @returns what runs
 * @throws Refusal `ModelArts.0105` and others of old training
 */
export function programOf(world: World, body: Json): Program {
  const unknown = Object.keys(body).find((name) => !members.has(name));
  if (unknown !== undefined) throw bad(`${unknown} is not known.`);
  const workers = numberOf(body, 'worker_server_num');
  if (workers === undefined || !Number.isInteger(workers) || workers < 1)
    throw bad('worker_server_num is an integer from 1 on.');
  const spec = numberOf(body, 'spec_id');
  const pool = textOf(body, 'pool_id');
  const found = specs.find(({ id }) => id === spec);
  if (found === undefined && (spec !== undefined || pool === undefined))
    throw bad(`There is no spec ${spec}.`);
  if (found !== undefined && workers > found.most)
    throw bad(`${found.code} has at most ${found.most} servers.`);
  checkCode(body);
  folderIn(body, 'train_url');
  folderIn(body, 'log_url');
  const parameters = objectsOf(body, 'parameter').map(({ label, key, ...rest }) => ({
    label: label ?? key,
    ...rest,
  }));
  if (parameters.some(({ label }) => typeof label !== 'string' || label === ''))
    throw bad('A parameter has a label.');
  if (JSON.stringify(parameters).length > 4096) throw invalid('The parameters are too long.', '2607');
  return new Program({ parameters: parametersOf(parameters), workers, readData: dataOf(world, body) });
}

/** What is known of the things that numbers name. */
export function namesOf(config: Json): Json {
  const engine = engines.find(({ id }) => id === config['engine_id']);
  const spec = specs.find(({ id }) => id === config['spec_id']);
  const model = algorithms.find(({ model_id: id }) => id === config['model_id']);
  return {
    ...(engine && { engine_type: engine.type, engine_name: engine.name, engine_version: engine.version }),
    ...(spec && {
      spec_code: spec.code,
      core: String(spec.cores),
      cpu: spec.memory,
      gpu_num: spec.gpus,
      gpu_type: spec.gpu,
    }),
    ...(model && { model_name: model['model_name'] }),
  };
}
