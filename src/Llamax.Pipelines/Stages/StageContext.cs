using Llamax.Runs.Progress;
using Llamax.Training.Collectives;

namespace Llamax.Pipelines.Stages;

/// <summary>What a stage works with besides its own options.</summary>
internal sealed record StageContext(IRunEvents Events, ICollective Ranks, CancellationToken Cancellation);
