using System.Text;

namespace Llamax.Metrics.Bleu.Tokenizers;

/// <summary>Every character is a token.</summary>
public sealed class CharacterTokenizer : IBleuTokenizer
{
    public string Name => "char";

    public string Tokenize(string line)
    {
        var builder = new StringBuilder(line.Length * 2);
        for (var i = 0; i < line.Length; i++)
        {
            if (i > 0 && !(char.IsLowSurrogate(line[i]) && char.IsHighSurrogate(line[i - 1])))
                builder.Append(' ');
            builder.Append(line[i]);
        }

        return builder.ToString();
    }
}
