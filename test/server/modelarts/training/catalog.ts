import type { Json } from '../json.js';

/*
 * What can be chosen. Ids are those of the documents' examples where they have any; numbers are made up.
 */

interface Flavor {
  readonly id: string;
  readonly type: 'CPU' | 'GPU' | 'Ascend';
  readonly most: number;
  readonly cores: number;
  readonly memory: number;
  readonly card?: { readonly name: string; readonly count: number; readonly memory: string };
}

export const flavors: readonly Flavor[] = [
  { id: 'modelarts.vm.cpu.2u', type: 'CPU', most: 16, cores: 2, memory: 8 },
  { id: 'modelarts.vm.cpu.8u', type: 'CPU', most: 16, cores: 8, memory: 32 },
  {
    id: 'modelarts.p3.large.public',
    type: 'GPU',
    most: 4,
    cores: 8,
    memory: 64,
    card: { name: 'NVIDIA-V100', count: 1, memory: '32GB' },
  },
  {
    id: 'modelarts.kat1.xlarge',
    type: 'Ascend',
    most: 8,
    cores: 24,
    memory: 96,
    card: { name: 'ascend-snt9', count: 1, memory: '32GB' },
  },
];

/** A flavor of a dedicated pool has no entry in the list. */
export const poolFlavor = /^modelarts\.pool\./;

export function flavorInfo({ id, type, most, cores, memory, card }: Flavor): Json {
  const accelerator = card && {
    unit_num: String(card.count),
    product_name: card.name,
    memory: card.memory,
  };
  return {
    flavor_id: id,
    flavor_name: id.replace('modelarts.', ''),
    flavor_type: type,
    billing: { code: id, unit_num: 1 },
    flavor_info: {
      max_num: most,
      cpu: { arch: type === 'Ascend' ? 'arm64' : 'x86', core_num: cores },
      ...(type === 'GPU' && { gpu: accelerator }),
      ...(type === 'Ascend' && { npu: accelerator }),
      memory: { size: memory, unit: 'GB' },
      disk: { size: 500, unit: 'GB' },
    },
  };
}

interface Engine {
  readonly name: string;
  readonly version: string;
  /** `engine_type` and `engine_id` of old training. */
  readonly type: number;
  readonly id: number;
}

export const engines: readonly Engine[] = [
  { name: 'TensorFlow', version: 'TF-1.8.0-python2.7', type: 1, id: 1 },
  { name: 'TensorFlow', version: 'TF-1.13.1-python3.6', type: 1, id: 101 },
  { name: 'TensorFlow', version: 'TF-2.1.0-python3.6', type: 1, id: 102 },
  { name: 'TensorFlow', version: 'tensorflow_2.1.0-cuda_10.1-py_3.7-ubuntu_18.04-x86_64', type: 1, id: 103 },
  { name: 'PyTorch', version: 'PyTorch-1.0.0-python3.6', type: 10, id: 27 },
  { name: 'PyTorch', version: 'PyTorch-1.3.0-python3.6', type: 10, id: 28 },
  { name: 'PyTorch', version: 'PyTorch-1.4.0-python3.6', type: 10, id: 29 },
  { name: 'PyTorch', version: 'pytorch_1.8.0-cuda_10.2-py_3.7-ubuntu_18.04-x86_64', type: 10, id: 30 },
  { name: 'MindSpore-GPU', version: 'MindSpore-0.5.0-python3.7', type: 17, id: 31 },
  { name: 'Ascend-Powered-Engine', version: 'Mindspore-1.1-python3.7-aarch64', type: 13, id: 32 },
  { name: 'XGBoost-Sklearn', version: 'XGBoost-0.80-Sklearn-0.18.1-python3.6', type: 9, id: 11 },
];

export const engineInfo = ({ name, version, id }: Engine): Json => ({
  engine_id: `${name}-${id}`.toLowerCase(),
  engine_name: name,
  engine_version: version,
  v1_compatible: true,
  run_user: '1102',
  image_info: { cpu_image_url: `images/${version}:cpu`, gpu_image_url: '', image_version: '1.0.0' },
});

export const legacyEngineInfo = ({ name, version, id, type }: Engine): Json => ({
  engine_type: type,
  engine_id: id,
  engine_name: name,
  engine_version: version,
});

/** Of old training. */
export interface Spec {
  readonly id: number;
  readonly code: string;
  readonly most: number;
  readonly cores: number;
  readonly memory: string;
  readonly gpus: number;
  readonly gpu: string;
}

export const specs: readonly Spec[] = [
  { id: 1, code: 'modelarts.vm.cpu.2u', most: 2, cores: 2, memory: '8GiB', gpus: 0, gpu: '' },
  { id: 2, code: 'modelarts.vm.gpu.p100', most: 2, cores: 8, memory: '64GiB', gpus: 1, gpu: 'nvidia-p100' },
  { id: 4, code: 'modelarts.vm.gpu.v100', most: 4, cores: 8, memory: '64GiB', gpus: 1, gpu: 'nvidia-v100' },
  {
    id: 7,
    code: 'modelarts.vm.gpu.8v100',
    most: 4,
    cores: 64,
    memory: '512GiB',
    gpus: 8,
    gpu: 'nvidia-v100',
  },
];

export const specInfo = ({ id, code, most, cores, memory, gpus, gpu }: Spec): Json => ({
  spec_id: id,
  spec_code: code,
  core: String(cores),
  cpu: memory,
  gpu_num: gpus,
  gpu_type: gpu,
  max_num: most,
  unit_num: 1,
  storage: '',
  interface_type: 1,
  no_resource: false,
});

/** Built-in algorithms of old training. */
export const algorithms: readonly Json[] = [
  [1, 'ResNet_v1_50', 1, '75.55%(top1), 92.6%(top5)', 'ImageNet'],
  [2, 'Faster_RCNN_ResNet_v1_50', 2, '80.05%(mAP)', 'PASCAL VOC2007'],
  [3, 'deeplab_xception', 3, '78.7%(mIoU)', 'PASCAL VOC2012'],
  [4, 'yolov3_resnet18', 2, '78.7%(mAP)', 'PASCAL VOC2007'],
].map(([id, name, usage, precision, data]) => ({
  model_id: id,
  model_name: name,
  model_usage: usage,
  model_precision: precision,
  model_size: 102_503_801,
  model_train_dataset: data,
  model_dataset_format: 'shape: [H>=224, W>=224, C>=1]; type: int8',
  model_description_url: `https://example.test/algorithms/${name}`,
  parameter: JSON.stringify([
    { label: 'batch_size', value: '4', required: true },
    { label: 'max_epoches', value: '100', required: true },
    { label: 'lr', value: '0.001', required: false },
  ]),
  create_time: 1_522_218_780_025,
  engine_id: 101,
  engine_name: 'TensorFlow',
  engine_version: 'TF-1.13.1-python3.6',
}));
