using Llamax.Runs.Progress;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;

// KillTarget FOLDER: trains TinyRun there, from the start or from what a killed one left.
using var corpus = new DrawnCorpus(seed: 5, blockLength: 32, blockCount: 24);
new Trainer(TinyRun.In(args[0], corpus), SilentEvents.Instance).Train();
