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

    /// <summary>Translates sentences of one direction.</summary>
    /// <returns>One translation per sentence, in their order; empty where there is none.</returns>
    IReadOnlyList<string> Translate(string source, string target, IReadOnlyList<string> sentences, CancellationToken cancellation);
}
