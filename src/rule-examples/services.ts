import { jpeg, type RuleExample, rerun, run } from './example.js';

const cat = '"class-name":"cat"';
const meta = (members: string) => `"animal-metadata":{${members},"type":"groundtruth/image-classification"}`;
const truth = (members: string, source = '"source-ref":"photos/1.jpg"') => `{${source},${members}}\n`;
const classified = (more = '') => truth(`"animal":0,${meta(`${cat}${more}`)}`);
const truthRun = (broken: string, fixed = classified()) =>
  run('validate data.manifest --from groundtruth', { 'data.manifest': broken }, { 'data.manifest': fixed });
const boxed = (box: string) =>
  `{"source-ref":"photos/1.jpg","pets":{"image_size":[{"width":100,"height":80,"depth":3}],"annotations":[${box}]},"pets-metadata":{"class-map":{"0":"cat"},"type":"groundtruth/object-detection"}}\n`;
const box = (left: number, width: number) =>
  `{"class_id":0,"left":${left},"top":20,"width":${width},"height":50}`;

/** Rules of Amazon SageMaker Ground Truth: N020–N029. */
export const groundTruthExamples: readonly RuleExample[] = [
  {
    rule: 'N020',
    prints:
      'data.manifest:1:15  info  the samples are in Amazon S3 (s3://shop); their addresses are kept  [N020]',
    ...truthRun(
      truth(`"animal":0,${meta(cat)}`, '"source-ref":"s3://shop/photos/1.jpg"'),
      truth(`"animal":0,${meta(cat)}`, '"source-ref":"obs://shop/photos/1.jpg"'),
    ),
    command: 'labelkit validate data.manifest --from groundtruth --severity info',
  },
  {
    rule: 'N021',
    prints:
      'data.manifest:1:39  warning  the class 0 has no name in class-name; the number is the label  [N021]',
    ...truthRun(truth(`"animal":0,${meta('"confidence":0.9')}`)),
  },
  {
    rule: 'N022',
    prints: 'data.manifest:1:129  error  the line has 2 label attributes: animal, mood  [N022]',
    ...rerun(
      'validate data.manifest --from groundtruth',
      'validate data.manifest --from groundtruth --from-option attributes=animal',
      {
        'data.manifest': truth(
          `"animal":0,${meta(cat)},"mood":0,"mood-metadata":{"class-name":"calm","type":"groundtruth/image-classification"}`,
        ),
      },
    ),
  },
  {
    rule: 'N023',
    prints: 'data.manifest:1:121  error  the line is not JSON: the line ends before its JSON does  [N023]',
    ...truthRun(classified().replace('}}\n', '}\n')),
  },
  {
    rule: 'N024',
    prints: 'data.manifest:1:1  error  the line has neither source-ref nor source  [N024]',
    ...truthRun(truth(`"animal":0,${meta(cat)}`, '"ref":"photos/1.jpg"')),
  },
  {
    rule: 'N025',
    prints: 'data.manifest:1:39  error  animal is -1, not a class id  [N025]',
    ...truthRun(truth(`"animal":-1,${meta(cat)}`)),
  },
  {
    rule: 'N026',
    prints:
      'data.manifest:1:78  warning  animal could not be labelled: "ClientError: the image could not be shown"  [N026]',
    ...truthRun(
      truth(
        '"animal":-1,"animal-metadata":{"failure-reason":"ClientError: the image could not be shown","type":"groundtruth/image-classification"}',
      ),
    ),
  },
  {
    rule: 'N027',
    prints: 'data.manifest:1:145  error  width of a box is -30  [N027]',
    ...truthRun(boxed(box(10, -30)), boxed(box(10, 30))),
  },
  {
    rule: 'N028',
    prints: 'data.manifest:1:104  warning  a box leaves its image  [N028]',
    ...truthRun(boxed(box(80, 30)), boxed(box(70, 30))),
  },
  {
    rule: 'N029',
    prints: 'data.manifest:1:92  warning  a confidence is 93  [N029]',
    ...truthRun(classified(',"confidence":93'), classified(',"confidence":0.93')),
  },
];

const item = (members: string) => `{"imageGcsUri":"gs://bucket/1.jpg",${members}}\n`;
const daisy = '"classificationAnnotation":{"displayName":"daisy"}';
const vertexRun = (broken: string, fixed = item(daisy)) =>
  run('validate items.jsonl --from vertex', { 'items.jsonl': broken }, { 'items.jsonl': fixed });
const vertexBox = (members: string) => item(`"boundingBoxAnnotations":[{${members}}]`);
const relative = (xMax: string) => `"displayName":"car","xMin":0.25,"yMin":0.5,"xMax":${xMax},"yMax":1`;
const use = (word: string) =>
  item(`${daisy},"dataItemResourceLabels":{"aiplatform.googleapis.com/ml_use":"${word}"}`);
const photo = { 'photos/1.jpg': jpeg };
const withPhotos = 'validate items.jsonl --from vertex --from-option images=photos';

const span = (end: number) =>
  `{"textContent":"Ada met Bo","textSegmentAnnotations":[{"displayName":"person","startOffset":0,"endOffset":${end}}]}\n`;

/** Rules of Vertex AI: N030–N039. */
export const vertexExamples: readonly RuleExample[] = [
  {
    rule: 'N030',
    prints: 'items.jsonl:1:55  warning  the span "Ada " ends with a blank  [N030]',
    ...vertexRun(span(4), span(3)),
  },
  {
    rule: 'N031',
    prints:
      'items.jsonl:1  error  the size of gs://bucket/1.jpg is not known: cannot read photos/1.jpg: it does not exist  [N031]',
    ...run(withPhotos, { 'items.jsonl': vertexBox(relative('0.75')) }, photo),
  },
  {
    rule: 'N032',
    prints: 'items.jsonl:1:86  error  the line is not JSON: the line ends before its JSON does  [N032]',
    ...vertexRun(item(daisy).replace('}}', '}')),
  },
  {
    rule: 'N033',
    prints: 'items.jsonl:1:1  error  the item has none of imageGcsUri, textContent, textGcsUri  [N033]',
    ...vertexRun(`{${daisy}}\n`),
  },
  {
    rule: 'N034',
    prints: 'items.jsonl:1:63  error  a class has no displayName  [N034]',
    ...vertexRun(item('"classificationAnnotation":{"name":"daisy"}')),
  },
  {
    rule: 'N035',
    prints: 'items.jsonl:1:113  error  xMax of a box is "0,75"  [N035]',
    ...run(
      withPhotos,
      { 'items.jsonl': vertexBox(relative('"0,75"')), ...photo },
      { 'items.jsonl': vertexBox(relative('0.75')) },
    ),
  },
  {
    rule: 'N036',
    prints: 'items.jsonl:1:148  warning  ml_use is "dev"  [N036]',
    ...vertexRun(use('dev'), use('validation')),
  },
  {
    rule: 'N037',
    prints: 'items.jsonl:1:112  warning  the item has the member "timeSegmentAnnotations"  [N037]',
    ...vertexRun(item(`${daisy},"timeSegmentAnnotations":[]`)),
  },
  {
    rule: 'N038',
    prints: 'items.jsonl:1:62  warning  a box leaves its image  [N038]',
    ...run(
      withPhotos,
      { 'items.jsonl': vertexBox(relative('1.5')), ...photo },
      { 'items.jsonl': vertexBox(relative('1')) },
    ),
  },
  {
    rule: 'N039',
    prints:
      'items.csv:1:1  warning  the first row has names of columns: "ml_use,gcs_file_path,label"  [N039]',
    ...run(
      'validate items.csv --from vertex',
      { 'items.csv': 'ml_use,gcs_file_path,label\nTRAIN,gs://bucket/1.jpg,daisy\n' },
      { 'items.csv': 'TRAIN,gs://bucket/1.jpg,daisy\n' },
    ),
  },
];
