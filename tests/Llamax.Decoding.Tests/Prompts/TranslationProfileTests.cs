using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Runs;

namespace Llamax.Decoding.Tests.Prompts;

public sealed class TranslationProfileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llamax-profile").FullName;

    [Fact]
    public void A_folder_without_a_profile_is_a_llamax_alpaca_model()
    {
        var profile = TranslationProfile.Load(_folder);
        Assert.Same(PromptTemplate.LlamaxAlpaca, profile.Template);
        Assert.Equal(("zh", "Chinese Simpl"), profile.Language("zho_Hans"));
        Assert.True(profile.Covers("zh", "en"));
        Assert.Equal(4, profile.Search.Beams);
    }

    [Fact]
    public void What_is_saved_is_loaded()
    {
        var saved = new TranslationProfile
        {
            Template = PromptTemplate.Compact,
            Languages = new Dictionary<string, string> { ["en"] = "English", ["ha"] = "Hausa", ["qaa"] = "Ouranian" },
            Directions = new Dictionary<string, IReadOnlyList<string>> { ["en"] = ["ha", "qaa"] },
            Search = new SearchOptions { Beams = 2, EarlyStopping = EarlyStopping.Never, MaxNewTokensPerSourceToken = 2.5 },
        };
        saved.Save(_folder);

        var text = File.ReadAllText(Path.Combine(_folder, TranslationProfile.FileName));
        Assert.Contains("\"template\": \"compact\"", text, StringComparison.Ordinal);
        Assert.Contains("\"earlyStopping\": \"never\"", text, StringComparison.Ordinal);

        var loaded = TranslationProfile.Load(_folder);
        Assert.Same(PromptTemplate.Compact, loaded.Template);
        Assert.Equal(saved.Search, loaded.Search);
        Assert.Equal(saved.Languages, loaded.Languages);
        Assert.True(loaded.Covers("en", "qaa"));
        Assert.False(loaded.Covers("ha", "en"));
    }

    [Fact]
    public void A_template_of_one_s_own_is_written_out()
    {
        var template = new PromptTemplate { Name = "mine", Text = "{input} →", Stops = ["\n", "→"] };
        new TranslationProfile { Template = template }.Save(_folder);
        var loaded = TranslationProfile.Load(_folder).Template;
        Assert.Equal((template.Name, template.Text), (loaded.Name, loaded.Text));
        Assert.Equal(template.Stops, loaded.Stops);
    }

    [Fact]
    public void Without_directions_every_pair_of_the_languages_is_covered_and_names_are_the_profile_s()
    {
        var profile = new TranslationProfile { Languages = new Dictionary<string, string> { ["en"] = "EN", ["qaa"] = "Ouranian" } };
        Assert.True(profile.Covers("qaa", "en"));
        Assert.False(profile.Covers("en", "de"));
        Assert.Equal(("en", "EN"), profile.Language("eng_Latn"));
        Assert.Equal(("qaa", "Ouranian"), profile.Language("qaa"));
        Assert.Equal(("de", "German"), profile.Language("de"));
        Assert.Throws<RequestException>(() => profile.Language("qab"));
    }

    [Theory]
    [InlineData("{ \"beams\": 4 }", "beams")]
    [InlineData("{ \"template\": \"alpacca\" }", "alpacca")]
    [InlineData("{ \"template\": { \"name\": \"x\", \"text\": \"no place\" } }", "template.text")]
    [InlineData("{ \"template\": { \"name\": \"x\", \"text\": \"{input}\", \"stop\": [] } }", "stop")]
    [InlineData("{ \"search\": { \"beams\": 0 } }", "search.beams")]
    [InlineData("{ \"search\": { \"earlyStopping\": 1 } }", "earlyStopping")]
    [InlineData("{ \"directions\": { \"en\": [\"de\"] } }", "directions.en")]
    [InlineData("{ \"languages\": ", "translation.json")]
    [InlineData("null", "null")]
    [InlineData("{ \"search\": null }", "search")]
    [InlineData("{ \"languages\": null }", "languages")]
    [InlineData("{ \"languages\": { \"en\": null } }", "languages.en")]
    [InlineData("{ \"languages\": { \"en\": \"English\" }, \"directions\": { \"en\": null } }", "directions.en")]
    [InlineData("{ \"languages\": { \"en\": \"English\" }, \"directions\": { \"en\": [null] } }", "directions.en")]
    [InlineData("{ \"template\": { \"name\": \"x\", \"text\": null } }", "text")]
    public void A_file_that_is_no_profile_says_why(string json, string why)
    {
        File.WriteAllText(Path.Combine(_folder, TranslationProfile.FileName), json);
        var failure = Assert.Throws<RequestException>(() => TranslationProfile.Load(_folder));
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
