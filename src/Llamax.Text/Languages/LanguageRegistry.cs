using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Llamax.Runs;

namespace Llamax.Text.Languages;

/// <summary>
/// The paper's 102 languages and every code by which public sets call them. Every other room asks here.
/// Codes and English names are compared without case, and <c>_</c> equals <c>-</c>.
/// </summary>
/// <remarks>
/// A code means what Flores scores: <c>ku</c> is Sorani (<c>ckb</c>), <c>no</c> Bokmål, <c>ns</c> Northern Sotho (<c>nso</c>), <c>sr</c> in
/// Cyrillic, <c>zh</c> and <c>cmn</c> simplified Chinese, <c>zhtrad</c>, <c>zh-Hant</c> and <c>zh-TW</c> traditional Chinese. Codes of
/// other varieties (<c>kmr</c>, <c>nn</c>, <c>srp_Latn</c>) resolve to the same row and are listed in <see cref="Language.Varieties"/>.
/// <c>hbs</c> (Serbo-Croatian) is refused: it could be three rows.
/// </remarks>
public static class LanguageRegistry
{
    private static readonly Dictionary<string, string> Refused =
        Rows(LanguageTable.Refused).ToDictionary(row => row[0], row => row[1], StringComparer.Ordinal);

    private static readonly Dictionary<string, Language> ByCode = new(StringComparer.Ordinal);

    private static readonly Dictionary<string, Language> ByName = new(StringComparer.Ordinal);

    static LanguageRegistry()
    {
        All = [.. ReadTable()];
        var ofRow = All.ToDictionary(language => language.Code, StringComparer.Ordinal);
        foreach (var row in Rows(LanguageTable.Resolved))
            foreach (var code in row[1].Split(';'))
                ByCode.Add(code, ofRow[row[0]]);
        var decided = ByCode.Keys.Concat(Refused.Keys).ToHashSet(StringComparer.Ordinal);

        foreach (var language in All)
        {
            string[] own = [language.Code, language.Iso6391, language.Iso6393, language.Bcp47];
            var foreign = Enum.GetValues<CodeSet>().SelectMany(language.CodesIn);
            var varieties = language.Varieties.SelectMany(variety => variety.Codes);
            foreach (var code in own.Concat(foreign).Concat(varieties).Select(Normalize))
                if (code.Length > 0 && !decided.Contains(code))
                    Claim(ByCode, code, language);
            Claim(ByName, Normalize(language.Name), language);
            Claim(ByName, Normalize(language.PromptName), language);
        }

        foreach (var row in Rows(LanguageTable.Aliases))
            foreach (var alias in row[1..])
                Claim(char.IsUpper(alias[0]) ? ByName : ByCode, Normalize(alias), ofRow[row[0]]);
    }

    /// <summary>The 102 languages in the order of the paper's Table 9.</summary>
    public static IReadOnlyList<Language> All { get; }

    /// <summary>The language of a code of any set, of a BCP-47 tag with a region (<c>de-AT</c>), or of an English name.</summary>
    /// <exception cref="RequestException">Nothing goes by that name; the message has the nearest ones.</exception>
    public static Language Find(string code)
    {
        if (TryFind(code, out var language))
            return language;
        if (Refused.TryGetValue(Normalize(code), out var meaning))
            throw new RequestException($"the language \"{code}\" is {meaning}", mend: "name one of them");
        var nearest = string.Join(", ", NearestTo(code).Select(near => $"{near.Code} ({near.Name})"));
        throw new RequestException($"no language \"{code}\"; nearest: {nearest}", mend: "use a code of ISO 639, Flores or BCP 47");
    }

    /// <summary>As <see cref="Find"/>, without throwing.</summary>
    public static bool TryFind(string code, [NotNullWhen(true)] out Language? language)
    {
        ArgumentNullException.ThrowIfNull(code);
        var key = Normalize(code);
        return ByCode.TryGetValue(key, out language) || ByName.TryGetValue(key, out language) || TryFindTag(key, out language);
    }

    /// <summary>The three languages whose codes or names are most like a text that names none.</summary>
    private static IEnumerable<Language> NearestTo(string text)
    {
        var key = Normalize(text);
        return All
            .OrderBy(language => Known(language).Min(known => Distance(key, known)))
            .ThenBy(language => language.Code, StringComparer.Ordinal)
            .Take(3);

        static IEnumerable<string> Known(Language language) =>
            [language.Code, language.Iso6393, Normalize(language.Name), Normalize(language.PromptName)];
    }

    // A beginning of a name is nearer than any change of letters: "gr" means Greek rather than ga.
    private static double Distance(string text, string known) =>
        text.Length > 0 && known.StartsWith(text, StringComparison.Ordinal) ? 0.5 : Nearest.Distance(text, known);

    private static bool TryFindTag(string tag, out Language? language)
    {
        var parts = tag.Split('-');
        language = null;
        if (parts.Length is < 2 or > 3 || !ByCode.TryGetValue(parts[0], out var found))
            return false;
        var script = parts[1].Length == 4 ? parts[1] : null;
        var region = parts.Length == 3 || script is null ? parts[^1] : null;
        if (parts.Length == 3 && script is null || region is { Length: not (2 or 3) })
            return false;
        if (found.Iso6393 == "cmn")
        {
            var written = script ?? (region is "tw" or "hk" or "mo" ? "hant" : found.Script.ToLowerInvariant());
            language = All.FirstOrDefault(row => row.Iso6393 == "cmn" && Normalize(row.Script) == written);
            return language is not null;
        }

        if (script is not null && script != Normalize(found.Script) && !(script == "kore" && found.Script == "Hang"))
            return false;
        language = found;
        return true;
    }

    private static void Claim(Dictionary<string, Language> index, string key, Language language)
    {
        if (!index.TryAdd(key, language) && index[key] != language)
            throw new InvalidOperationException($"The code {key} stands for {index[key]} and {language}: resolve it in LanguageTable.");
    }

    private static string Normalize(string code) => code.Trim().Replace('_', '-').ToLowerInvariant();

    private static IEnumerable<string[]> Rows(string table) =>
        table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('|'));

    private static IEnumerable<Language> ReadTable()
    {
        var sets = Rows(LanguageTable.Sets).ToDictionary(row => row[0], StringComparer.Ordinal);
        var counts = Rows(LanguageTable.Counts).ToDictionary(row => row[0], StringComparer.Ordinal);
        var varieties = Rows(LanguageTable.Varieties)
            .ToLookup(row => row[0], row => new LanguageVariety(row[1], row[2], row[3].Split(';')), StringComparer.Ordinal);
        var withoutSpaces = LanguageTable.WithoutSpaces.Split(' ');
        var rightToLeft = LanguageTable.RightToLeftScripts.Split(' ');
        foreach (var row in Rows(LanguageTable.Identity))
        {
            string[] codes = [row[7], row[8], .. sets[row[0]][1..]];
            var bySet = Enum.GetValues<CodeSet>()
                .ToDictionary(set => set, set => codes[(int)set].Split(';', StringSplitOptions.RemoveEmptyEntries));
            yield return new Language(bySet)
            {
                Code = row[0],
                Name = row[1],
                PromptName = row[2].Length > 0 ? row[2] : row[1],
                Iso6391 = row[3],
                Iso6393 = row[4],
                Script = row[5],
                Family = row[6],
                Bcp47 = row[9],
                SpacesBetweenWords = !withoutSpaces.Contains(row[0]),
                RightToLeft = rightToLeft.Contains(row[5]),
                MonolingualSentences = Count(counts[row[0]][1]),
                ParallelSentences = Count(counts[row[0]][2]),
                Directions = (int?)Count(counts[row[0]][3]),
                Varieties = [.. varieties[row[0]]],
            };
        }
    }

    private static long? Count(string cell) => cell.Length == 0 ? null : long.Parse(cell, CultureInfo.InvariantCulture);
}
