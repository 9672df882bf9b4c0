using Llamax.Text.Languages;

namespace Llamax.Text.Identification;

/// <summary>Which of the paper's languages the labels of a model stand for.</summary>
internal static class LabelLanguages
{
    private const string Prefix = "__label__";

    // Codes that do not tell apart what the registry does.
    private static readonly Dictionary<string, string[]> Several = new(StringComparer.Ordinal)
    {
        ["zh"] = ["zh", "zhtrad"],
        ["zho"] = ["zh", "zhtrad"],
        ["cmn"] = ["zh", "zhtrad"],
        ["zho_Hani"] = ["zh", "zhtrad"],
        ["cmn_Hani"] = ["zh", "zhtrad"],
        ["sh"] = ["bs", "hr", "sr"],
        ["hbs"] = ["bs", "hr", "sr"],
        ["hbs_Latn"] = ["bs", "hr"],
        ["hbs_Cyrl"] = ["sr"],
    };

    // A model that has the left label means the narrower rest by the right ones: lid.176 calls Kurmanji ku, and Sorani ckb.
    private static readonly Dictionary<string, string> Narrowed = new(StringComparer.Ordinal) { ["ku"] = "ckb", ["kur"] = "ckb" };

    /// <param name="names">As the model spells them.</param>
    public static IReadOnlyList<IdentifierLabel> Resolve(IReadOnlyList<string> names)
    {
        var codes = names.Select(Code).ToHashSet(StringComparer.Ordinal);
        var tellsChineseApart = codes.Any(code => code.EndsWith("_Hant", StringComparison.Ordinal));
        return [.. names.Select(name => new IdentifierLabel(name, Languages(Code(name))))];

        IReadOnlyList<Language> Languages(string code)
        {
            if (Narrowed.TryGetValue(code, out var narrower) && codes.Contains(narrower))
                return [];
            if (Several.TryGetValue(code, out var rows) && !(tellsChineseApart && rows[0] == "zh"))
                return [.. rows.Select(LanguageRegistry.Find)];
            return LanguageRegistry.TryFind(code, out var language) && !IsVariety(language, code) ? [language] : [];
        }
    }

    private static string Code(string label) =>
        label.StartsWith(Prefix, StringComparison.Ordinal) ? label[Prefix.Length..] : label;

    private static bool IsVariety(Language language, string code) =>
        language.Varieties.Any(variety => variety.Codes.Any(
            own => own.Replace('_', '-').Equals(code.Replace('_', '-'), StringComparison.OrdinalIgnoreCase)));
}
