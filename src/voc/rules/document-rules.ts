import type { ImageAnnotation } from '../../model/image.js';
import { noNames, VocDocument } from '../document.js';
import { type ImageFacts, quote, type Scope } from './scope.js';

const imageExtension = /\.(?:jpe?g|jpe|jfif|png|bmp|gif|tiff?|webp|ppm|pgm|pbm|jp2|heic|heif|avif|dng)$/i;
// What JSON-style quoting shows as escapes: C0, DEL, C1, and the invisible line and direction marks.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Rules about the children of `annotation` other than its objects and masks. */
export function checkHeader(document: ImageAnnotation, scope: Scope): void {
  const valueless = document instanceof VocDocument ? document.valueless : noNames;
  const { folder, fileName, path, segmented, depth } = document;

  if (folder === undefined && !valueless.has('folder')) {
    scope.fault('V020', '/annotation', 'folder is missing', undefined, 'warning');
  }
  if (fileName === undefined) {
    if (!valueless.has('filename')) scope.fault('V021', '/annotation', 'filename is missing');
  } else {
    checkFileName(fileName, scope);
  }
  checkSize(document, valueless, scope);
  if (depth !== undefined && depth !== 1 && depth !== 3 && depth !== 4) {
    scope.fault('V024', '/annotation/size/depth', `depth is ${depth}`, 'images have 1, 3 or 4 channels');
  }
  if (segmented === undefined) {
    if (!valueless.has('segmented')) {
      scope.fault('V025', '/annotation', 'segmented is missing', undefined, 'warning');
    }
  } else if (segmented !== '0' && segmented !== '1') {
    const hint = 'write 0, or 1 when the image has a mask';
    scope.fault('V025', '/annotation/segmented', `segmented is ${quote(segmented)}`, hint, 'warning');
  }
  if (document.objects.length === 0 && !valueless.has('object')) {
    scope.fault('V030', '/annotation', 'the file has no object');
  }
  if (folder !== undefined) checkCharacters('folder', folder, scope);
  if (fileName !== undefined) checkCharacters('filename', fileName, scope);
  if (path !== undefined) checkCharacters('path', path, scope);
}

function checkFileName(fileName: string, scope: Scope): void {
  const base = baseName(fileName);
  const extended = imageExtension.test(base);
  if (base.length !== fileName.length) {
    const message = `filename ${quote(fileName)} has a folder in it`;
    scope.fault('V026', '/annotation/filename', message, `write ${quote(base)}`);
  } else if (!extended) {
    const message = `filename ${quote(fileName)} has no image extension`;
    scope.fault(
      'V026',
      '/annotation/filename',
      message,
      'write it with .jpg, .png or whatever the image has',
    );
  }
  const { imageName, stem } = scope.context;
  if (imageName !== undefined) {
    if (base !== imageName) {
      const message = `filename is ${quote(fileName)}, but the image is ${quote(imageName)}`;
      scope.fault('V027', '/annotation/filename', message, 'check that the objects are those of the image');
    }
  } else if (stem !== undefined && !isNamed(base, stem, extended)) {
    const message = `filename is ${quote(fileName)}, but the annotation file is ${quote(`${stem}.xml`)}`;
    scope.fault('V027', '/annotation/filename', message, 'check that the objects are those of the image');
  }
}

/** Whether `base` is `stem` and an extension; without a known extension it may also be `stem` itself. */
function isNamed(base: string, stem: string, extended: boolean): boolean {
  if (!base.startsWith(stem)) return false;
  if (base.length === stem.length) return !extended;
  return base.charCodeAt(stem.length) === 0x2e && base.lastIndexOf('.') === stem.length;
}

/** What follows the last slash or backslash. */
function baseName(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return cut < 0 ? path : path.slice(cut + 1);
}

function checkSize(document: ImageAnnotation, valueless: ReadonlySet<string>, scope: Scope): void {
  const { width, height, depth } = document;
  if (width === undefined || height === undefined || depth === undefined) {
    const missing: string[] = [];
    if (width === undefined && !valueless.has('size/width')) missing.push('width');
    if (height === undefined && !valueless.has('size/height')) missing.push('height');
    if (depth === undefined && !valueless.has('size/depth')) missing.push('depth');
    if (missing.length === 3) {
      scope.fault('V022', '/annotation', 'size is missing, or has neither width, height nor depth');
    } else if (missing.length > 0) {
      const verb = missing.length === 1 ? 'is' : 'are';
      scope.fault('V022', '/annotation/size', `${missing.join(' and ')} ${verb} missing from size`);
    }
  }
  const { image } = scope.context;
  if (image === undefined || width === undefined || height === undefined) return;
  if (width === image.width && height === image.height) return;
  const message = `size is ${width}×${height}, but the image is ${image.width}×${image.height}`;
  scope.fault('V028', '/annotation/size', message, sizeHint(width, height, image));
}

function sizeHint(width: number, height: number, image: ImageFacts): string {
  if (width !== image.height || height !== image.width) {
    return 'the image was resized, or the annotation is that of another image';
  }
  return (image.orientation ?? 1) >= 5
    ? `the image is turned by its EXIF orientation ${image.orientation}; the shapes were drawn on it upright`
    : 'width and height are swapped';
}

function checkCharacters(element: string, text: string, scope: Scope): void {
  if (!controlCharacter.test(text)) return;
  const message = `${element} ${quote(text)} contains control characters`;
  scope.fault('V031', `/annotation/${element}`, message, 'remove line breaks and other invisible characters');
}
