import type { RuleExample } from './example.js';
import { boxes, label, lines, picture } from './lines.js';
import { voc } from './voc-file.js';

const cat = label('cat');
const of = (members: string) => picture(label('cat', members));

/** Rules about annotations: M050–M085. */
export const manifestAnnotationExamples: readonly RuleExample[] = [
  {
    rule: 'M050',
    prints: 'data.manifest:1:62  error  the annotation has no type  [M050]',
    ...lines(picture('{"name":"cat"}'), picture(cat)),
  },
  {
    rule: 'M051',
    prints:
      'data.manifest:1:70  warning  type "image_classification" has no provider before the task  [M051]',
    ...lines(picture('{"type":"image_classification","name":"cat"}'), picture(cat)),
  },
  {
    rule: 'M052',
    prints: 'data.manifest:1:70  warning  type "modelarts/image_clasification" names no known task  [M052]',
    ...lines(picture('{"type":"modelarts/image_clasification","name":"cat"}'), picture(cat)),
  },
  {
    rule: 'M053',
    prints: 'data.manifest:1:62  error  the label has no name  [M053]',
    ...lines(picture('{"type":"modelarts/image_classification"}'), picture(cat)),
  },
  {
    rule: 'M054',
    prints: 'data.manifest:1:110  error  name is 7, not a string  [M054]',
    ...lines(picture('{"type":"modelarts/image_classification","name":7}'), picture(label('7'))),
  },
  {
    rule: 'M055',
    prints: 'data.manifest:1:110  warning  label "traffic light" holds " "  [M055]',
    ...lines(picture(label('traffic light')), picture(label('traffic_light'))),
  },
  {
    rule: 'M056',
    prints: 'data.manifest:1:110  warning  label "cat " starts or ends with white space  [M056]',
    ...lines(picture(label('cat ')), picture(cat)),
  },
  {
    rule: 'M057',
    prints:
      'data.manifest:1:110  warning  name "cat\\u0001dog" holds U+0001, the separator of flat label lists  [M057]',
    ...lines(picture(label('cat\\u0001dog')), picture(cat, label('dog'))),
  },
  {
    rule: 'M058',
    prints: 'data.manifest:1:129  error  confidence is 85, outside 0 to 1  [M058]',
    ...lines(of('"confidence":85'), of('"confidence":0.85')),
  },
  {
    rule: 'M060',
    prints: 'data.manifest:1:132  warning  creation-time is "2024-05-31T17:04:09Z"  [M060]',
    ...lines(of('"creation-time":"2024-05-31T17:04:09Z"'), of('"creation-time":"2024-05-31 17:04:09"')),
  },
  {
    rule: 'M062',
    prints: 'data.manifest:1:123  warning  hard is "maybe"  [M062]',
    ...lines(of('"hard":"maybe"'), of('"hard":true')),
  },
  {
    rule: 'M063',
    prints: 'data.manifest:1:147  error  hard-coefficient is -1, outside 0 to 1  [M063]',
    ...lines(of('"hard":true,"hard-coefficient":-1'), of('"hard":true,"hard-coefficient":0.1')),
  },
  {
    rule: 'M064',
    prints: 'data.manifest:1:127  error  property is an array, not an object  [M064]',
    ...lines(of('"property":["red"]'), of('"property":{"colour":"red"}')),
  },
  {
    rule: 'M065',
    prints: 'data.manifest:1:127  warning  property is the string "none", which is no JSON object  [M065]',
    ...lines(of('"property":"none"'), of('"property":{}')),
  },
  {
    rule: 'M066',
    prints: 'data.manifest:1:157  warning  annotation-format is "COCO"  [M066]',
    ...lines(
      picture(boxes('obs://bucket/1.xml', '"annotation-format":"COCO"')),
      picture(boxes('obs://bucket/1.xml', '"annotation-format":"PASCAL VOC"')),
    ),
  },
  {
    rule: 'M068',
    prints: 'data.manifest:1:117  warning  the label "cat" is repeated with the same property  [M068]',
    ...lines(picture(cat, cat), picture(cat)),
  },
  {
    rule: 'M069',
    prints: 'data.manifest:1:185  error  another annotation of this sample has the id "1" too  [M069]',
    ...lines(
      picture(label('cat', '"id":"1"'), label('dog', '"id":"1"')),
      picture(label('cat', '"id":"1"'), label('dog', '"id":"2"')),
    ),
  },
  {
    rule: 'M080',
    prints: 'data.manifest:1:62  error  the annotation has no annotation-loc  [M080]',
    ...lines(picture('{"type":"modelarts/object_detection"}'), picture(boxes('obs://bucket/1.xml'))),
  },
  {
    rule: 'M081',
    prints: 'data.manifest:1:116  warning  annotation-loc "obs://bucket/1.json" does not end in .xml  [M081]',
    ...lines(picture(boxes('obs://bucket/1.json')), picture(boxes('obs://bucket/1.xml'))),
  },
  {
    rule: 'M082',
    prints:
      'data.manifest:1:116  error  the file "labels/2.xml" cannot be read: cannot read labels/2.xml: it does not exist  [M082]',
    ...lines(picture(boxes('labels/2.xml')), picture(boxes('labels/1.xml')), '--check-files', {
      'labels/1.xml': voc({ image: '1.jpg' }),
    }),
  },
  {
    rule: 'M083',
    prints:
      'data.manifest:1:116  error  the file "labels/2.xml" has V075: min is above max in x: 50,20,40,70  [M083]',
    ...lines(picture(boxes('labels/2.xml')), picture(boxes('labels/1.xml')), '--check-files', {
      'labels/1.xml': voc({ image: '1.jpg' }),
      'labels/2.xml': voc({ image: '1.jpg' }).replace('<xmin>10', '<xmin>50'),
    }),
  },
  {
    rule: 'M084',
    prints: 'data.manifest:1:116  warning  the XML is about "2.jpg", the source is "1.jpg"  [M084]',
    ...lines(picture(boxes('labels/2.xml')), picture(boxes('labels/1.xml')), '--check-files', {
      'labels/1.xml': voc({ image: '1.jpg' }),
      'labels/2.xml': voc({ image: '2.jpg' }),
    }),
  },
  {
    rule: 'M085',
    prints:
      'data.manifest:1:192  warning  another annotation of this sample points at "obs://bucket/1.xml" too  [M085]',
    ...lines(
      picture(boxes('obs://bucket/1.xml'), boxes('obs://bucket/1.xml')),
      picture(boxes('obs://bucket/1.xml')),
    ),
  },
];
