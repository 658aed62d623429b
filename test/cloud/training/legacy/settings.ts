import type { ServiceRequest } from '../../../../src/cloud/service/client.js';
import type { LegacyEstimatorOptions } from '../../../../src/cloud/training/legacy/index.js';

/** What the examples of the Python SDK have in common. */
export const common: LegacyEstimatorOptions = {
  trainInstanceType: 'modelarts.vm.gpu.p100',
  trainInstanceCount: 1,
  logUrl: '/bucket/log/',
  outputPath: '/bucket/output/',
  hyperparameters: [
    { label: 'classes', value: '10' },
    { label: 'lr', value: '0.001' },
  ],
};

/** A framework and a program on it. */
export const onFramework: LegacyEstimatorOptions = {
  ...common,
  frameworkType: 'PyTorch',
  frameworkVersion: 'PyTorch-1.0.0-python3.6',
  codeDir: '/bucket/src/',
  bootFile: '/bucket/src/pytorch_sentiment.py',
};

const command =
  'bash -x /home/work/run_train.sh python /home/work/user-job-dir/app/mnist/mnist_softmax.py --data_url /home/work/user-job-dir/app/mnist_data';

export const onImage: LegacyEstimatorOptions = {
  ...common,
  userCommand: command,
  userImageUrl: '100.125.5.235:20202/jobmng/cpu-base:1.0',
};

export const onAlgorithm: LegacyEstimatorOptions = { ...common, modelName: 'ResNet_v1_50' };

/** What the service lists. */
const lists: Readonly<Record<string, object>> = {
  '/v1/{project_id}/job/resource-specs': {
    is_success: true,
    spec_total_count: 2,
    specs: [
      { spec_id: 1, spec_code: 'modelarts.vm.cpu.2u', max_num: 2 },
      { spec_id: 2, spec_code: 'modelarts.vm.gpu.p100', max_num: 2 },
    ],
  },
  '/v1/{project_id}/job/ai-engines': {
    is_success: true,
    engines: [
      { engine_type: 1, engine_id: 1, engine_name: 'TensorFlow', engine_version: 'TF-1.8.0-python2.7' },
      { engine_type: 10, engine_id: 27, engine_name: 'PyTorch', engine_version: 'PyTorch-1.0.0-python3.6' },
      { engine_type: 10, engine_id: 28, engine_name: 'PyTorch', engine_version: 'PyTorch-1.3.0-python3.6' },
    ],
  },
  '/v1/{project_id}/built-in-algorithms': {
    is_success: true,
    model_total_count: 1,
    models: [
      {
        model_id: 7,
        model_name: 'ResNet_v1_50',
        model_usage: 1,
        parameter: '[{"label":"batch_size","value":"4","required":true}]',
      },
    ],
  },
};

/** Answers questions for lists, and everything else by a function. */
export function answering(answer: (request: ServiceRequest) => object | Error) {
  return (request: ServiceRequest): object | Error => lists[request.path] ?? answer(request);
}

/** Requests that change something. */
export const changes = (asked: readonly ServiceRequest[]) => asked.filter(({ method }) => method !== 'GET');
