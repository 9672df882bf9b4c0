using System.Text;

namespace Llamax.Text.Languages;

/// <summary>
/// Which script a text is written in, needed to report output in the wrong one. Counts letters and marks; digits, punctuation
/// and spaces belong to every script and do not count.
/// </summary>
/// <remarks>
/// Codes are ISO 15924, with its unions: <c>Jpan</c> = Han, Hiragana and Katakana; <c>Kore</c> and <c>Hang</c> = Hangul and Han.
/// <c>Hans</c> and <c>Hant</c> share their range and are told apart by characters that only one of them has
/// (<see cref="HanVariants"/>).
/// </remarks>
public static class ScriptDetector
{
    private static readonly int Latin = Number("Latn");
    private static readonly int Han = Number("Hani");
    private static readonly int Hiragana = Number("Hira");
    private static readonly int Katakana = Number("Kana");
    private static readonly int Hangul = Number("Hang");

    /// <summary>The share of a text's letters that belong to a script, 0 to 1; 0 for a text without letters.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="script">
    /// ISO 15924, for example <see cref="Language.Script"/>. <c>Hans</c> does not count what only <c>Hant</c> has, and the reverse.
    /// </param>
    /// <exception cref="ArgumentException">The script is not in the table.</exception>
    public static double ShareOf(string text, string script)
    {
        var members = Members(script);
        var (inside, letters) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var found = ScriptRanges.Of(rune);
            if (found == ScriptRanges.Common)
                continue;
            letters++;
            if (Array.IndexOf(members, found) >= 0 && !IsOfOtherChinese(rune, script))
                inside++;
        }

        return letters == 0 ? 0 : (double)inside / letters;
    }

    /// <summary>Whether a character may stand in a text in a script: its letters, and what is no letter of any script.</summary>
    /// <param name="rune">Any character.</param>
    /// <param name="script">As for <see cref="ShareOf"/>: <c>Hans</c> has nothing that only <c>Hant</c> has, and the reverse.</param>
    /// <exception cref="ArgumentException">The script is not in the table.</exception>
    public static bool MayStandIn(Rune rune, string script)
    {
        var members = Members(script);
        var found = ScriptRanges.Of(rune);
        return found == ScriptRanges.Common || (Array.IndexOf(members, found) >= 0 && !IsOfOtherChinese(rune, script));
    }

    /// <summary>The script of most letters; null for a text without letters.</summary>
    /// <returns>
    /// ISO 15924. Han with at least one kana or hangul in ten is <c>Jpan</c> or <c>Hang</c>; Han alone is <c>Hans</c> or <c>Hant</c> by its
    /// characters, or <c>Hani</c> where none of them tells. <c>Zzzz</c> stands for scripts outside the table.
    /// </returns>
    public static string? Dominant(string text)
    {
        Span<int> counts = stackalloc int[ScriptRanges.Scripts.Count];
        var (unknown, simplified, traditional) = (0, 0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var found = ScriptRanges.Of(rune);
            if (found >= 0)
                counts[found]++;
            else if (found == ScriptRanges.Unknown)
                unknown++;
            if (found == Han)
            {
                simplified += HanVariants.IsSimplifiedOnly(rune) ? 1 : 0;
                traditional += HanVariants.IsTraditionalOnly(rune) ? 1 : 0;
            }
        }

        // Japanese and Korean mix scripts by nature: their parts are added up before they are compared with others.
        var kana = counts[Hiragana] + counts[Katakana];
        if (kana > counts[Hangul] && kana * 10 >= kana + counts[Han])
        {
            counts[Hiragana] += counts[Katakana] + counts[Han];
            counts[Katakana] = counts[Han] = 0;
        }
        else if (counts[Hangul] * 10 >= counts[Hangul] + counts[Han])
        {
            counts[Hangul] += counts[Han];
            counts[Han] = 0;
        }

        // An ideograph is a word where a letter is a sound: a Chinese sentence with one long Latin name in it stays Chinese.
        counts[Han] *= 2;

        var best = Latin;
        for (var script = 0; script < counts.Length; script++)
            if (counts[script] > counts[best])
                best = script;
        if (counts[best] == 0 || unknown > counts[best])
            return unknown > 0 ? "Zzzz" : null;
        if (best == Hiragana)
            return "Jpan";
        if (best == Han && simplified != traditional)
            return simplified > traditional ? "Hans" : "Hant";
        return ScriptRanges.Scripts[best];
    }

    private static bool IsOfOtherChinese(Rune rune, string script) => script switch
    {
        "Hans" => HanVariants.IsTraditionalOnly(rune),
        "Hant" => HanVariants.IsSimplifiedOnly(rune),
        _ => false,
    };

    private static int[] Members(string script) => script switch
    {
        "Hans" or "Hant" => [Han],
        "Jpan" => [Han, Hiragana, Katakana],
        "Kore" or "Hang" => [Hangul, Han],
        _ when Number(script) is >= 0 and var number => [number],
        _ => throw new ArgumentException($"The script {script} is not in the table.", nameof(script)),
    };

    private static int Number(string script)
    {
        for (var number = 0; number < ScriptRanges.Scripts.Count; number++)
            if (ScriptRanges.Scripts[number] == script)
                return number;
        return ScriptRanges.Unknown;
    }
}
