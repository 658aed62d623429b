import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const own = read('package.json');

/** Each door and the source that stands behind it. */
const doors: Readonly<Record<string, string>> = {
  '.': 'src/index',
  './manifest': 'src/manifest/index',
  './voc': 'src/voc/index',
  './formats': 'src/dataset-io/formats',
  './transforms': 'src/transforms/index',
  './storage': 'src/dataset-io/storage/index',
  './cloud': 'src/dataset-io/cloud',
};

async function namesOf(door: string): Promise<string> {
  const module = await import(join(root, `${doors[door]}.ts`));
  return Object.keys(module).sort().join('\n');
}

describe('package.json', () => {
  test('has one door for each job, types first', () => {
    const expected = Object.entries(doors).map(([door, source]) => [
      door,
      [
        ['types', `./dist/${source}.d.ts`],
        ['default', `./dist/lib/${door === '.' ? 'index' : door.slice(2)}.js`],
      ],
    ]);
    const { './package.json': self, ...others } = own.exports;
    expect(self).toBe('./package.json');
    expect(Object.entries(others).map(([door, ways]) => [door, Object.entries(ways as object)])).toEqual(
      expected,
    );
    for (const source of Object.values(doors))
      expect(existsSync(join(root, `${source}.ts`)), source).toBe(true);
  });

  test('names exact versions only', () => {
    for (const [name, version] of Object.entries({ ...own.dependencies, ...own.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  test('agrees with the lock file', () => {
    const [lock] = [read('package-lock.json').packages['']];
    expect([
      lock.name,
      lock.version,
      lock.dependencies,
      lock.devDependencies,
      lock.bin,
      lock.engines,
    ]).toEqual([own.name, own.version, own.dependencies, own.devDependencies, own.bin, own.engines]);
  });

  test('has a lock file that npm ci accepts: optional packages of every platform are in it', () => {
    const packages: Record<string, { optionalDependencies?: Record<string, string> }> =
      read('package-lock.json').packages;
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing, 'node scripts/complete-lock.mjs adds them').toEqual([]);
  });

  test('runs nothing on installation', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
    expect(Object.keys(own.scripts).filter((name) => hooks.includes(name))).toEqual([]);
    const packages = Object.entries<{ hasInstallScript?: boolean; dev?: boolean }>(
      read('package-lock.json').packages,
    );
    expect(
      packages.filter(([, entry]) => entry.hasInstallScript && !entry.dev).map(([name]) => name),
    ).toEqual([]);
  });

  test('says who it is, and the changes say so too', () => {
    expect(own).toMatchObject({
      name: 'labelkit',
      license: 'Apache-2.0',
      type: 'module',
      sideEffects: false,
      bin: { labelkit: 'dist/bin/labelkit.js' },
      engines: { node: '>=20.19' },
    });
    expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toContain(`## ${own.version}`);
  });
});

/** Names of values; `vitest run test/package.test.ts -u` rewrites them. What is not here can be renamed on a Tuesday. */
describe('each door opens on exactly these names', () => {
  test('labelkit', async () => {
    expect(await namesOf('.')).toMatchInlineSnapshot(`
      "AbortedError
      Annotation
      BndBox
      Circle
      Credentials
      Dashed
      DataError
      LabelkitError
      Line
      LocalStorage
      Manifest
      MemoryStorage
      OptionError
      PascalVoc
      Point
      Polygon
      Polyline
      Position
      PositionType
      Sample
      Secret
      ServiceError
      Session
      StorageError
      TransferError
      VocDocument
      VocObject
      VocParser
      allRules
      appendVocObjects
      checkSplit
      checkVoc
      convert
      convertBox
      convertShape
      coordinateConventions
      dedupe
      detectCoordinates
      detectFormat
      diffDatasets
      filterDataset
      flagOf
      formatDiagnostic
      formatInfo
      formatSample
      formatVoc
      formats
      getAnnotations
      getSampleList
      getSources
      inspect
      loadRules
      locateVoc
      manifestRanges
      merge
      mergeStats
      openDataset
      parseManifestLine
      parseShard
      parseVoc
      preview
      profileOfEnvironment
      readManifest
      readManifestBatches
      readVoc
      readVocFile
      relabel
      removeProfile
      repairDataset
      report
      rotationOf
      sample
      split
      stats
      storeProfile
      suggestRelabel
      tallyDataset
      tasks
      toGithub
      toJunit
      toSarif
      transfer
      validate
      writeManifest
      writeManifestBatches
      writeVocFile"
    `);
  });

  test('labelkit/manifest', async () => {
    expect(await namesOf('./manifest')).toMatchInlineSnapshot(`
      "ManifestAnnotation
      ManifestBatch
      ManifestCounter
      ManifestMerger
      ManifestSample
      ManifestValidator
      batchesInMemory
      checkImageMagic
      checkManifestLine
      checkXmlFileName
      contentTextOf
      formatBatches
      formatSample
      formatSamples
      getAnnotations
      getSampleList
      getSources
      isCreationTime
      isRepeat
      labelSeparator
      locateFinding
      locateRepeat
      magicLength
      manifestBatches
      manifestRules
      manifestSamples
      parseClock
      parseManifestLine
      reportFaultyXml
      reportUnreadableXml
      resolveAlias
      taskOf
      unknownMembers"
    `);
  });

  test('labelkit/voc', async () => {
    expect(await namesOf('./voc')).toMatchInlineSnapshot(`
      "VocDocument
      VocObject
      VocParser
      VocWriter
      appendVocObjects
      backgroundIndex
      buildVocDocument
      buildVocObject
      changeVoc
      checkVoc
      classFlag
      classOfIndex
      encodeVoc
      featureOf
      formatImageSet
      formatVoc
      isOrdinary
      locateVoc
      paletteBytes
      paletteColor
      parseImageSet
      parseImageSetName
      parseMaskColor
      parseVoc
      removeVocObject
      resolveUsages
      roundHalfAway
      roundShape
      setOfUsage
      setVocText
      shapeOfFeature
      usageOfSet
      vocActions
      vocClasses
      vocRules
      vocSeverity
      voidIndex"
    `);
  });

  test('labelkit/formats', async () => {
    expect(await namesOf('./formats')).toMatchInlineSnapshot(`
      "formatInfo
      formats
      isFormatId"
    `);
  });

  test('labelkit/storage', async () => {
    expect(await namesOf('./storage')).toMatchInlineSnapshot(`
      "DiscardStorage
      GatheredWrites
      Loan
      LocalStorage
      MemoryStorage
      Spool
      TreeStorage
      baseName
      compareUtf8
      containedPath
      copyFile
      createReadBuffer
      dirOf
      entryBatches
      failAfter
      ioError
      joinLocation
      joinerOf
      nameProblem
      openTree
      parseLocation
      relativeReference
      requireObject
      resolveReference
      sameContent
      stemOf"
    `);
  });

  test('labelkit/cloud', async () => {
    expect(await namesOf('./cloud')).toMatchInlineSnapshot(`
      "BatchError
      CondaDependencies
      Dataset
      Environment
      Estimator
      JobVersion
      LegacyEstimator
      LegacyTrainingJob
      ProcessorTask
      ServiceError
      Session
      SmartTasks
      TrainingJob
      TrainingJobConfig
      annotationScenes
      configDocument
      dataTypes
      datasetStatus
      datasetTypes
      deletePolicies
      exportTypes
      failedCreation
      importDataset
      labelTypes
      legacyJobStatus
      legacyStatusCode
      legacyStatusOf
      legacyTrainingRules
      localInstance
      mostNodes
      obsPath
      parseJobFile
      parseLegacyFile
      planImport
      planTrainHere
      processorTemplates
      readJobFile
      readLegacyDocument
      readLegacyFile
      resultProperties
      schemaTypes
      smartTaskTypes
      taskStatus
      trainHere
      trainingPhases
      trainingRules
      versionStatus"
    `);
  });
});
