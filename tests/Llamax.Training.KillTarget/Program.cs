using Llamax.Training.KillTarget;
using Llamax.Training.Loop;

// KillTarget FOLDER [long]: trains TinyRun there, from the start or from what a killed one left, and says so step by step.
using var corpus = new DrawnCorpus(seed: 5, blockLength: 32, blockCount: 24);
var run = TinyRun.In(args[0], corpus);
new Trainer(args.Length > 1 ? run with { Options = TinyRun.ThousandSteps } : run, new SpokenSteps()).Train();
