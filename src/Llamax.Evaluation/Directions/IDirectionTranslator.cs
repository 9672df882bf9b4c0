using Llamax.Evaluation.Suites;

namespace Llamax.Evaluation.Directions;

/// <summary>A system under evaluation.</summary>
public interface IDirectionTranslator
{
    /// <summary>What reports call it, for example <c>after CPT</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Names everything that decides the output: the weights, the prompt and the search options. Finished directions are taken
    /// from disk only while it stays the same.
    /// </summary>
    string Fingerprint { get; }

    /// <summary>Translates all sentences of some directions, which a model can do in shared batches.</summary>
    /// <returns>One translation per sentence, direction by direction; empty where there is none.</returns>
    IReadOnlyList<string> Translate(IReadOnlyList<TestDirection> directions, CancellationToken cancellation);
}
