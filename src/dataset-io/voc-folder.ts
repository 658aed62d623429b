import { differenceFinding, type Profile } from '../model/index.js';
import type { VocCheckContext } from '../voc/index.js';
import { Ahead } from './ahead.js';
import { extensionProblem } from './image-extensions.js';
import { type ImageLook, lookAtImage, lookAtStoredImage } from './image-facts.js';
import { joinLocation, parseLocation, type Storage } from './storage/index.js';
import { pairingKey, VocImages, type VocTree } from './voc-tree.js';
import type { VocValidator } from './voc-validator.js';

/** What the checks of one file are told about its image. */
export interface VocFolder {
  /** Undefined where the facts need not be waited for: then {@link factsOf} gives them at once. */
  look(name: string): Promise<ImageLook | undefined> | undefined;
  /** @param look what {@link look} gave, if anything */
  factsOf(name: string, look?: ImageLook): Pick<VocCheckContext, 'image' | 'imageName'>;
  /** Whether there is an image of this name without extension. */
  hasImage(id: string): boolean;
  close(): void;
}

/**
 * Pairs annotation files with their images and looks at each image's header when its file comes up. What is
 * wrong with the pairing (D011, D012, D014, D015, D016, D017, D053, D055) is reported to `validator`.
 */
export async function checkVocFolder(
  storage: Storage,
  tree: VocTree,
  validator: VocValidator,
  profile: Profile,
  signal?: AbortSignal,
): Promise<VocFolder> {
  const images = await VocImages.list(storage, tree, signal, profile);
  for (const diagnostic of [...images.diagnostics, ...images.sizeFindings]) validator.report(diagnostic);
  const folder = images.directory ?? tree.root;
  const isLocal = storage.scheme === 'file';
  const looks = new Ahead<string, ImageLook | undefined>(async (name, over) => {
    const found = images.find(pairingKey(name));
    return found && (await lookAtStoredImage(storage, joinLocation(folder, found.name), over));
  }, signal);
  looks.expect(tree.names);
  return {
    hasImage: (id) => images.find(id) !== undefined,
    close: () => looks.close(),
    look: (name) => (isLocal ? undefined : looks.get(name)),
    factsOf(name, fetched) {
      const file = joinLocation(tree.annotations, name);
      const found = images.find(pairingKey(name));
      if (found === undefined) {
        validator.reportFolder('D014', `there is no image for ${name}`, { file });
        return {};
      }
      if (found.difference !== undefined) {
        const { rule, message } = differenceFinding(found.difference, found.name, name);
        validator.reportFolder(rule, message, { file });
      }
      if (found.others.length > 0) {
        validator.reportFolder('D012', `${found.others.join(' and ')} are all images of ${name}`, { file });
      }
      const location = parseLocation(joinLocation(folder, found.name));
      const path = location.kind === 'local' ? location.path : location.text;
      const look = fetched ?? lookAtImage(path);
      if (look.kind === 'image') {
        const problem = extensionProblem(found.name, look);
        if (problem !== undefined) validator.reportFolder('D026', problem, { file: path });
        return { image: look.facts };
      }
      if (look.kind === 'empty')
        validator.reportFolder('D015', `the image ${found.name} has no bytes`, { file: path });
      else if (look.kind === 'unreadable') {
        validator.reportFolder('D053', look.error.message, {
          file: path,
          ...(look.error.hint === undefined ? {} : { hint: look.error.hint }),
        });
      } else validator.reportFolder('D054', `${found.name} is no image of a known kind`, { file: path });
      return {};
    },
  };
}
