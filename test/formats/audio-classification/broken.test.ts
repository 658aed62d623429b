import { describe } from 'vitest';
import { folder, testBroken } from '../broken.js';

describe('broken folders of recordings', () => {
  testBroken({
    format: 'audio-classification',
    to: 'manifest',
    files: { 'Cat/a.wav': 'x', 'Dog/z.wav': 'x' },
    cases: [
      {
        name: 'a recording in the root',
        files: { '1.wav': 'x' },
        findings: ['D021 warning in/1.wav 1.wav is in no folder of a label'],
        read: 3,
      },
      {
        name: 'a recording without bytes',
        files: { 'Cat/a.wav': '' },
        findings: ['D015 warning in/Cat/a.wav Cat/a.wav has no bytes'],
        read: 2,
      },
      {
        name: 'a recording without bytes, under the profile of the import',
        files: { 'Cat/a.wav': '' },
        options: { profile: 'modelarts-import' },
        findings: ['D015 warning in/Cat/a.wav Cat/a.wav has no bytes'],
        read: 2,
      },
      {
        name: 'a recording of a kind that the import does not take',
        files: { 'Cat/a.mp3': 'x' },
        options: { profile: 'modelarts-import' },
        findings: ['D010 warning in/Cat/a.mp3 Cat/a.mp3 is no recording'],
        read: 2,
      },
      {
        name: 'label files',
        files: { 'Cat/a.txt': 'Cat' },
        findings: ['D010 warning in/Cat/a.txt Cat/a.txt is no recording'],
        read: 2,
      },
      {
        name: 'a picture',
        files: { 'Cat/a.jpg': 'x' },
        findings: ['D010 warning in/Cat/a.jpg Cat/a.jpg is no recording'],
        read: 2,
      },
      {
        name: 'a file without an extension',
        files: { 'Cat/README': 'x' },
        findings: ['D010 warning in/Cat/README Cat/README is no recording'],
        read: 2,
      },
      {
        name: 'hidden files, and those of systems',
        files: { '.DS_Store': 'x', 'Cat/Thumbs.db': 'x', '__MACOSX/Cat/._a.wav': 'x' },
        findings: ['D010 info in 3 hidden or system files are passed over'],
        read: 2,
      },
      {
        name: 'one hidden file',
        files: { '.DS_Store': 'x' },
        findings: ['D010 info in 1 hidden or system file is passed over'],
        read: 2,
      },
      { name: 'upper-case extensions', files: { 'Cat/B.WAV': 'x', 'Cat/C.Wav': 'x' }, findings: [], read: 4 },
      {
        name: 'equal names in folders of one label',
        files: { 'more/Cat/a.wav': 'x' },
        findings: [],
        read: 3,
      },
      { name: 'a label inside a label', files: { 'Cat/Kitten/a.wav': 'x' }, findings: [], read: 3 },
      {
        name: 'a name with a line break',
        files: { 'Cat/a\nb.wav': 'x' },
        findings: ['D020 error in/Cat/a\nb.wav the name "Cat/a\\nb.wav" has a line break or a Tab'],
        read: 3,
        faults: 1,
      },
      {
        name: 'a label with a Tab',
        files: { 'C\tat/a.wav': 'x' },
        findings: ['D020 error in/C	at/a.wav the name "C\\tat/a.wav" has a line break or a Tab'],
        read: 3,
        faults: 1,
      },
      {
        name: 'a name that is not in normal form C',
        files: { 'Cat/e\u0301.wav': 'x' },
        findings: ['D017 info in/Cat/é.wav the name Cat/é.wav is not in normal form C'],
        read: 3,
      },
      { name: 'a name with a drive letter', files: { 'Cat/C:\\a.wav': 'x' }, findings: [], read: 3 },
      { name: 'a folder called as a recording', files: { 'Cat/b.wav': folder }, findings: [], read: 2 },
      {
        name: 'no folder at all',
        files: { 'Cat/a.wav': undefined, 'Dog/z.wav': undefined },
        findings: [],
        read: 0,
      },
      {
        name: 'links out of the folder',
        files: { 'Cat/b.wav': { linkTo: '/etc/hostname' }, 'Cat/c.wav': { linkTo: 'nowhere' } },
        findings: ['D055 warning in/Cat/b.wav Cat/b.wav and 1 more are links or pipes, and not read'],
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
