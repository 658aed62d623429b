import { type Json, textOf } from '../json.js';
import { invalid } from '../refusal.js';
import type { Routes } from '../routes.js';
import type { World } from '../state.js';
import { listOf, missing, success } from './envelope.js';
import { namesOf, programOf } from './legacy-config.js';

/*
 * Configurations of training jobs. One that is sent replaces the one there is: what is not in it is gone.
 */

function configOf(world: World, name: string | undefined): Json {
  const config = world.training.configs.get(name ?? '');
  if (config === undefined) throw missing('configuration', name ?? '');
  return config;
}

/** @throws Refusal */
function checkText(name: string, description: string): void {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw invalid(`The name ${name} is not one for a configuration.`, '0105');
  if (description.length > 256) throw invalid('config_desc has at most 256 characters.', '0105');
}

/** Names of things that a configuration names by their ids. */
function datasetNames(world: World, config: Json): Json {
  const dataset = world.datasets.get(String(config['dataset_id']));
  const version = dataset?.versions.find(({ id }) => id === config['dataset_version_id']);
  return {
    ...(dataset && { dataset_name: dataset.name }),
    ...(version && { dataset_version_name: version.name }),
  };
}

export const configRoutes: Routes = {
  'POST /v1/{project_id}/training-job-configs': ({ world, body }) => {
    const { config_name: name, config_desc: _, ...rest } = body;
    if (typeof name !== 'string') throw invalid('config_name is required.', '0105');
    const description = textOf(body, 'config_desc') ?? '';
    checkText(name, description);
    if (world.training.configs.has(name)) throw invalid(`The configuration ${name} already exists.`, '0103');
    programOf(world, rest);
    const created = { ...rest, config_name: name, config_desc: description, create_time: world.now() };
    world.training.configs.set(name, created);
    return success();
  },

  'GET /v1/{project_id}/training-job-configs': ({ world, query }) => {
    // Samples are the service's own, and here there are none.
    const all = query.get('config_type') === 'sample' ? [] : [...world.training.configs.values()];
    const { found, page } = listOf(all, query, {
      keys: {
        create_time: (config) => Number(config['create_time']),
        config_name: (config) => String(config['config_name']),
        config_desc: (config) => String(config['config_desc']),
      },
      textOf: (config) => String(config['config_name']),
    });
    return success({
      config_total_count: found.length,
      configs: page.map((config) => {
        const { engine_type, engine_name, engine_version } = namesOf(config);
        const { config_name, config_desc, create_time, engine_id, user_image_url, user_command } = config;
        return {
          config_name,
          config_desc,
          create_time,
          engine_type,
          engine_name,
          engine_id,
          engine_version,
          user_image_url,
          user_command,
        };
      }),
    });
  },

  'GET /v1/{project_id}/training-job-configs/{config_name}': ({ world, params }) => {
    const config = configOf(world, params['config_name']);
    return success({ ...config, ...namesOf(config), ...datasetNames(world, config) });
  },

  'PUT /v1/{project_id}/training-job-configs/{config_name}': ({ world, params, body }) => {
    const before = configOf(world, params['config_name']);
    const { config_name: name, config_desc: _, ...rest } = body;
    if (name !== undefined && name !== params['config_name'])
      throw invalid('config_name is not that of the path.', '0105');
    const description = textOf(body, 'config_desc') ?? '';
    checkText(String(params['config_name']), description);
    programOf(world, rest);
    world.training.configs.set(String(params['config_name']), {
      ...rest,
      config_name: params['config_name'],
      config_desc: description,
      create_time: before['create_time'],
    });
    return success();
  },

  'DELETE /v1/{project_id}/training-job-configs/{config_name}': ({ world, params }) => {
    configOf(world, params['config_name']);
    world.training.configs.delete(String(params['config_name']));
    return success();
  },
};
