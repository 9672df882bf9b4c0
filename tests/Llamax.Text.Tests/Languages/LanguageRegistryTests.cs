using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Text.Tests.Languages;

public sealed class LanguageRegistryTests
{
    [Fact]
    public void There_are_the_papers_102_languages_in_its_order()
    {
        Assert.Equal(102, LanguageRegistry.All.Count);
        Assert.Equal(LanguageRegistry.All.Select(l => l.Code).Order(StringComparer.Ordinal), LanguageRegistry.All.Select(l => l.Code));
        Assert.Equal(102, LanguageRegistry.All.Select(l => l.Flores101).Distinct().Count());
        Assert.Equal(102, LanguageRegistry.All.Select(l => l.Bcp47).Distinct().Count());
    }

    [Fact]
    public void Every_code_of_every_set_finds_its_language_and_no_other()
    {
        var owners = new Dictionary<string, Language>(StringComparer.OrdinalIgnoreCase);
        foreach (var language in LanguageRegistry.All)
        {
            foreach (var code in Enum.GetValues<CodeSet>().SelectMany(language.CodesIn).Concat(language.Varieties.SelectMany(v => v.Codes)))
            {
                if (code == "hbs")
                    continue;
                Assert.Same(language, LanguageRegistry.Find(code));
                Assert.True(owners.TryAdd(code, language) || owners[code] == language, code);
            }

            Assert.Same(language, LanguageRegistry.Find(language.Code));
            Assert.Same(language, LanguageRegistry.Find(language.Bcp47));
            Assert.Same(language, LanguageRegistry.Find(language.Name));
            Assert.Same(language, LanguageRegistry.Find(language.PromptName.ToUpperInvariant()));
        }
    }

    [Fact]
    public void The_shared_table_of_codes_agrees_in_every_column()
    {
        var lines = File.ReadAllLines(Goldens.DataPath("language-codes.tsv"));
        var header = lines[0].Split('\t');
        Dictionary<string, CodeSet> sets = new()
        {
            ["flores101"] = CodeSet.Flores101,
            ["flores200"] = CodeSet.Flores200,
            ["ntrex"] = CodeSet.Ntrex,
            ["muse"] = CodeSet.Muse,
            ["panlex"] = CodeSet.PanLex,
            ["tatoeba"] = CodeSet.Tatoeba,
            ["massive"] = CodeSet.Massive,
            ["gatitos"] = CodeSet.Gatitos,
            ["wiktionary_omw"] = CodeSet.WiktionaryOmw,
            ["tico19"] = CodeSet.Tico19,
            ["mafand"] = CodeSet.Mafand,
            ["cldr"] = CodeSet.Cldr,
            ["udhr"] = CodeSet.Udhr,
        };
        Assert.Equal(LanguageRegistry.All.Select(l => l.Code), lines[1..].Select(line => line.Split('\t')[0]));
        foreach (var row in lines[1..].Select(line => header.Zip(line.Split('\t')).ToDictionary(cell => cell.First, cell => cell.Second)))
        {
            var language = LanguageRegistry.Find(row["paper_iso"]);
            Assert.Same(language, LanguageRegistry.Find(row["name"]));
            Assert.Equal(row["iso639_3"], language.Iso6393);
            Assert.Equal(row["script"], language.Script);
            Assert.Equal(row["family"], language.Family);
            Assert.Equal(row["table9_mono"], $"{language.MonolingualSentences}");
            Assert.Equal(row["table9_para"], $"{language.ParallelSentences}");
            Assert.Equal(row["table9_directions"], $"{language.Directions}");
            foreach (var (column, set) in sets)
            {
                var codes = row[column].Replace("bli:", "", StringComparison.Ordinal).Split(';', StringSplitOptions.RemoveEmptyEntries);
                Assert.Superset(codes.ToHashSet(), language.CodesIn(set).ToHashSet());
            }
        }
    }

    [Fact]
    public void Prompt_names_are_the_authors()
    {
        foreach (var line in File.ReadAllLines(Goldens.DataPath("llamax-results", "prompt-language-names.tsv"))[1..])
            if (line.Split('\t') is [var name, var flores, var code] && LanguageRegistry.TryFind(flores, out var language))
                Assert.Equal((name, code), (language.PromptName, language.Code));
    }

    [Fact]
    public void Flores_101_has_a_file_for_every_language()
    {
        foreach (var language in LanguageRegistry.All)
            Assert.True(File.Exists(Goldens.DataPath("flores101", "dev", $"{language.Flores101}.dev.gz")));
    }

    [Theory]
    [InlineData("cmn", "zh")]
    [InlineData("ZHO", "zh")]
    [InlineData("zh_CN", "zh")]
    [InlineData("zh-Hant-HK", "zhtrad")]
    [InlineData("zh-tw", "zhtrad")]
    [InlineData("cmn_Hant", "zhtrad")]
    [InlineData("kmr", "ku")]
    [InlineData("ckb_Arab", "ku")]
    [InlineData("nor", "no")]
    [InlineData("nn", "no")]
    [InlineData("nso", "ns")]
    [InlineData("fil-PH", "tl")]
    [InlineData("zsm", "ms")]
    [InlineData("fuc", "ff")]
    [InlineData("sr-Latn", "sr")]
    [InlineData("sr-RS", "sr")]
    [InlineData("ko-Kore-KR", "ko")]
    [InlineData("es-419", "es")]
    [InlineData("de-AT", "de")]
    [InlineData("german", "de")]
    [InlineData("Norwegian Bokmål", "no")]
    [InlineData("Filipino", "tl")]
    public void Ambiguous_codes_and_names_have_one_answer(string code, string expected) =>
        Assert.Equal(expected, LanguageRegistry.Find(code).Code);

    [Fact]
    public void Varieties_say_what_they_are()
    {
        var kurmanji = Assert.Single(LanguageRegistry.Find("ku").Varieties, variety => variety.Codes.Contains("kmr"));
        Assert.Equal("Latn", kurmanji.Script);
        foreach (var language in LanguageRegistry.All)
            Assert.All(language.Varieties, variety => Assert.DoesNotContain(language.Flores200, variety.Codes));
    }

    [Theory]
    [InlineData("gr", "el (Greek)")]
    [InlineData("jp", "ja (Japanese)")]
    [InlineData("germn", "de (German)")]
    [InlineData("", "ar (Arabic)")]
    [InlineData("az-Cyrl", "az (Azerbaijani)")]
    public void An_unknown_language_is_answered_with_the_nearest_ones(string code, string nearest)
    {
        var error = Assert.Throws<RequestException>(() => LanguageRegistry.Find(code));
        Assert.StartsWith($"no language \"{code}\"; nearest: ", error.Message, StringComparison.Ordinal);
        if (code.Length > 0)
            Assert.Contains(nearest, error.Message, StringComparison.Ordinal);
        Assert.False(LanguageRegistry.TryFind(code, out _));
    }

    [Fact]
    public void Serbo_Croatian_is_refused_because_it_is_three_rows()
    {
        var error = Assert.Throws<RequestException>(() => LanguageRegistry.Find("hbs"));
        Assert.Contains("bs, hr or sr", error.Message, StringComparison.Ordinal);
        Assert.Equal("hbs", LanguageRegistry.Find("hr").CodeIn(CodeSet.WiktionaryOmw));
    }

    [Fact]
    public void Writing_direction_and_spaces_follow_the_script()
    {
        Assert.Equal("ar fa he ku ps sd ur", string.Join(' ', LanguageRegistry.All.Where(l => l.RightToLeft)));
        Assert.Equal("ja km lo my th zh zhtrad", string.Join(' ', LanguageRegistry.All.Where(l => !l.SpacesBetweenWords)));
    }
}
