namespace Llamax.Metrics.Bleu.Tokenizers;

/// <summary>The tokenizer of NIST's mteval-v13a, which WMT scores with; sacrebleu's default.</summary>
public sealed class Mteval13aTokenizer : IBleuTokenizer
{
    public string Name => "13a";

    public string Tokenize(string line)
    {
        line = line.Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' ');
        if (line.Contains('&', StringComparison.Ordinal))
        {
            line = line.Replace("&quot;", "\"", StringComparison.Ordinal)
                .Replace("&amp;", "&", StringComparison.Ordinal)
                .Replace("&lt;", "<", StringComparison.Ordinal)
                .Replace("&gt;", ">", StringComparison.Ordinal);
        }

        return PunctuationRules.Apply($" {line} ");
    }
}
