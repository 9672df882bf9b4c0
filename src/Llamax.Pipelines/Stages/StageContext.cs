using Llamax.Runs.Progress;

namespace Llamax.Pipelines.Stages;

/// <summary>What a stage works with besides its own options.</summary>
internal sealed record StageContext(IRunEvents Events, CancellationToken Cancellation);
