/**
 * The question that every reader of manifests is asked: it needs two members of each parsed line.
 */
export class UsageTally {
  train = 0;
  annotations = 0;

  /** @param {{usage?: string, annotation?: readonly unknown[]}} sample a parsed line */
  add(sample) {
    if (sample.usage === 'TRAIN') this.train++;
    this.annotations += sample.annotation?.length ?? 0;
  }

  answer() {
    return { train: this.train, annotations: this.annotations };
  }
}
