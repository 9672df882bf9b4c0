using System.Text;

namespace Llamax.Metrics.Bleu.Tokenizers;

/// <summary>Chinese characters and full-width forms are tokens of their own; the rest is split like 13a.</summary>
public sealed class ChineseTokenizer : IBleuTokenizer
{
    public string Name => "zh";

    public string Tokenize(string line)
    {
        var builder = new StringBuilder(line.Length * 3);
        foreach (var c in Whitespace.Trim(line))
        {
            if (IsChinese(c))
                builder.Append(' ').Append(c).Append(' ');
            else
                builder.Append(c);
        }

        return PunctuationRules.Apply(builder.ToString());
    }

    /// <summary>
    /// sacrebleu's table. Two of its rows are meant for the planes above U+FFFF but are written with four digits too few, so that
    /// they hold U+2001 to U+2A6D and U+2F81 to U+2FA1 instead; characters of the higher planes are not split.
    /// </summary>
    private static bool IsChinese(char c) => c is
        (>= '\u3400' and <= '\u4DB5') or (>= '\u4E00' and <= '\u9FBB') or (>= '\uF900' and <= '\uFA2D') or (>= '\uFA30' and <= '\uFA6A')
        or (>= '\uFA70' and <= '\uFAD9') or (>= '\u2001' and <= '\u2A6D') or (>= '\u2F81' and <= '\u2FA1')
        or (>= '\uFF00' and <= '\uFFEF') or (>= '\u2E80' and <= '\u2EFF') or (>= '\u3000' and <= '\u303F')
        or (>= '\u31C0' and <= '\u31EF') or (>= '\u2F00' and <= '\u2FDF') or (>= '\u2FF0' and <= '\u2FFF')
        or (>= '\u3100' and <= '\u312F') or (>= '\u31A0' and <= '\u31BF') or (>= '\uFE10' and <= '\uFE1F')
        or (>= '\uFE30' and <= '\uFE4F') or (>= '\u3200' and <= '\u33FF');
}
