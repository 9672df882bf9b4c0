namespace Llamax.Metrics.Bleu.Tokenizers;

/// <summary>Leaves the line as it is: words are what white space separates.</summary>
public sealed class NoTokenizer : IBleuTokenizer
{
    public string Name => "none";

    public string Tokenize(string line) => line;
}
