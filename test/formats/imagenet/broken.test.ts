import { describe } from 'vitest';
import { folder, testBroken } from '../broken.js';

describe('broken folders of classes', () => {
  testBroken({
    format: 'imagenet',
    to: 'manifest',
    files: { 'Cat/a.jpg': 'x', 'Dog/z.jpg': 'x' },
    cases: [
      {
        name: 'an image in the root',
        files: { '1.jpg': 'x' },
        findings: ['D021 warning in/1.jpg 1.jpg is in no folder of a label'],
        read: 3,
      },
      {
        name: 'an image without bytes',
        files: { 'Cat/a.jpg': '' },
        findings: ['D015 warning in/Cat/a.jpg Cat/a.jpg has no bytes'],
        read: 2,
      },
      {
        name: 'an image without bytes, under the profile of the import',
        files: { 'Cat/a.jpg': '' },
        options: { profile: 'modelarts-import' },
        findings: ['D015 warning in/Cat/a.jpg Cat/a.jpg has no bytes'],
        read: 2,
      },
      {
        name: 'an image of a kind that the import does not take',
        files: { 'Cat/a.gif': 'x' },
        options: { profile: 'modelarts-import' },
        findings: ['D010 warning in/Cat/a.gif Cat/a.gif is no image'],
        read: 2,
      },
      {
        name: 'label files',
        files: { 'Cat/a.txt': 'Cat' },
        findings: ['D010 warning in/Cat/a.txt Cat/a.txt is no image'],
        read: 2,
      },
      {
        name: 'a recording',
        files: { 'Cat/a.wav': 'x' },
        findings: ['D010 warning in/Cat/a.wav Cat/a.wav is no image'],
        read: 2,
      },
      {
        name: 'a file without an extension',
        files: { 'Cat/README': 'x' },
        findings: ['D010 warning in/Cat/README Cat/README is no image'],
        read: 2,
      },
      {
        name: 'hidden files, and those of systems',
        files: { '.DS_Store': 'x', 'Cat/Thumbs.db': 'x', '__MACOSX/Cat/._a.jpg': 'x' },
        findings: ['D010 info in 3 hidden or system files are passed over'],
        read: 2,
      },
      {
        name: 'one hidden file',
        files: { '.DS_Store': 'x' },
        findings: ['D010 info in 1 hidden or system file is passed over'],
        read: 2,
      },
      {
        name: 'upper-case extensions',
        files: { 'Cat/B.JPG': 'x', 'Cat/C.JpEg': 'x' },
        findings: [],
        read: 4,
      },
      {
        name: 'equal names in folders of one label',
        files: { 'more/Cat/a.jpg': 'x' },
        findings: [],
        read: 3,
      },
      { name: 'a label inside a label', files: { 'Cat/Kitten/a.jpg': 'x' }, findings: [], read: 3 },
      {
        name: 'a name with a line break',
        files: { 'Cat/a\nb.jpg': 'x' },
        findings: ['D020 error in/Cat/a\nb.jpg the name "Cat/a\\nb.jpg" has a line break or a Tab'],
        read: 3,
        faults: 1,
      },
      {
        name: 'a label with a Tab',
        files: { 'C\tat/a.jpg': 'x' },
        findings: ['D020 error in/C	at/a.jpg the name "C\\tat/a.jpg" has a line break or a Tab'],
        read: 3,
        faults: 1,
      },
      {
        name: 'a name that is not in normal form C',
        files: { 'Cat/e\u0301.jpg': 'x' },
        findings: ['D017 info in/Cat/é.jpg the name Cat/é.jpg is not in normal form C'],
        read: 3,
      },
      { name: 'a name with a drive letter', files: { 'Cat/C:\\a.jpg': 'x' }, findings: [], read: 3 },
      { name: 'a folder called as an image', files: { 'Cat/b.jpg': folder }, findings: [], read: 2 },
      {
        name: 'no folder at all',
        files: { 'Cat/a.jpg': undefined, 'Dog/z.jpg': undefined },
        findings: [],
        read: 0,
      },
      {
        name: 'links out of the folder',
        files: { 'Cat/b.jpg': { linkTo: '/etc/hostname' }, 'Cat/c.jpg': { linkTo: 'nowhere' } },
        findings: ['D055 warning in/Cat/b.jpg Cat/b.jpg and 1 more are links or pipes, and not read'],
        read: 2,
      },
      {
        name: 'a link back into the folder',
        files: { 'Cat/again': { linkTo: '..' } },
        findings: ['D055 warning in/Cat/again Cat/again is a link or a pipe, and not read'],
        read: 2,
      },
    ],
  });
});
