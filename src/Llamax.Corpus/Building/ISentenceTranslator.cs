namespace Llamax.Corpus.Building;

/// <summary>g(x; φ) of Algorithm 1: the trained translation model; Lego-MT in the paper. Whoever builds a set fills it in.</summary>
public interface ISentenceTranslator
{
    /// <summary>Names the model and everything that decides its translations.</summary>
    string Fingerprint { get; }

    /// <summary>Asked before anything is translated.</summary>
    /// <exception cref="Runs.RequestException">It cannot translate in this direction.</exception>
    void Require(string source, string target);

    /// <summary>Translates sentences together; the same call gives the same answers, also after a killed one.</summary>
    /// <param name="sentences">Not blank.</param>
    /// <param name="source">Paper code.</param>
    /// <param name="target">Paper code.</param>
    /// <param name="cancellation">Stops; what is done is kept.</param>
    /// <returns>One for each sentence, in their order; null where it could not be translated.</returns>
    IReadOnlyList<string?> Translate(
        IReadOnlyList<string> sentences, string source, string target, CancellationToken cancellation);
}
