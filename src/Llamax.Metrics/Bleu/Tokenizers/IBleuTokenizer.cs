namespace Llamax.Metrics.Bleu.Tokenizers;

/// <summary>How a line falls into the tokens that BLEU counts. Immutable and safe to use from many threads.</summary>
public interface IBleuTokenizer
{
    /// <summary>What stands behind <c>tok:</c> in the signature.</summary>
    string Name { get; }

    /// <summary>Two equal fingerprints give equal tokens; for a tokenizer without a file it is the name.</summary>
    string Fingerprint => Name;

    /// <summary>The tokens of <paramref name="line"/>, with white space between them.</summary>
    /// <param name="line">A line without white space at its end.</param>
    string Tokenize(string line);
}
