using System.Diagnostics;
using Llamax.Training.Collectives;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;

// KillTarget FOLDER [long | shared]: trains TinyRun there, from the start or from what a killed one left, and says so step by step.
// KillTarget FOLDER MODE, one of WeighedRun's: trains it and says what memory it took.
// Several processes that a launcher started train it together.
if (args.ElementAtOrDefault(1) is { } mode && WeighedRun.All.TryGetValue(mode, out var weighed))
{
    weighed.Train(args[0]);
    return;
}

using var corpus = new DrawnCorpus(seed: 5, blockLength: 32, blockCount: 24);
using var ranks = Launch.Join(TorchSharp.torch.CPU, Path.Combine(args[0], "ranks"), why =>
{
    Console.Error.WriteLine(why);
    Process.GetCurrentProcess().Kill();
});
var run = TinyRun.In(args[0], corpus);
var options = args.ElementAtOrDefault(1) switch
{
    "long" => TinyRun.ThousandSteps,
    "shared" => TinyRun.Shared,
    _ => TinyRun.Options,
};
new Trainer(run with { Options = options, Ranks = ranks }, new SpokenSteps()).Train();
ranks.Finish();
