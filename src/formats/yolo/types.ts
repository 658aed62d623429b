/** What the lines of label files are. */
export type YoloTask = 'detect' | 'segment' | 'obb' | 'pose' | 'classify';

/** How the keypoints of a line are written. */
export interface KeypointShape {
  /** How many points each object has. */
  readonly count: number;
  /** 3: each point has a visibility (0 not labelled, 1 hidden, 2 visible). */
  readonly dimensions: 2 | 3;
}

/** What a description file says, or what stands in for it. */
export interface YoloDescription {
  /** The description file, or the folder itself: for findings. */
  readonly file: string;
  readonly names: readonly string[];
  readonly keypoints?: KeypointShape;
  /** By index of the point. */
  readonly keypointNames?: readonly string[];
}

/** One image of a tree. */
export interface YoloEntry {
  /** What its size is asked by: its name in the tree, or where a list says it is. */
  readonly image: string;
  /** The sample's source. */
  readonly source: string;
  readonly key: string;
  /** The key where another image has the same: with the folder of the subset. */
  readonly longKey: string;
  /** Name of its label file in the tree; undefined when there is none. */
  readonly label: string | undefined;
  readonly usage: string | undefined;
  /** What kept it from being found: it is a fault. */
  readonly missing?: boolean;
  /** Its class, where folders are classes. */
  readonly className?: string;
}
