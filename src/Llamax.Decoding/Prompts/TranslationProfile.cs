using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Llamax.Decoding.Search;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Decoding.Prompts;

/// <summary>
/// What a model folder says about translating with it: <c>translation.json</c> beside config.json. Training writes it, translators
/// read it, and a person may edit it. A folder without one is taken for a LLaMAX-Alpaca model.
/// </summary>
public sealed record TranslationProfile
{
    public const string FileName = "translation.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new TemplateConverter() },
    };

    /// <summary>In the file: the name of a built-in template, or the template itself.</summary>
    public PromptTemplate Template { get; init; } = PromptTemplate.LlamaxAlpaca;

    /// <summary>
    /// Languages that the model was trained to translate: code (the paper's, where it has one) → the name in its prompts. Empty =
    /// unknown: every language is tried under the name in the published prompts.
    /// </summary>
    public IReadOnlyDictionary<string, string> Languages { get; init; } = new Dictionary<string, string>();

    /// <summary>Directions that were trained, source code → target codes. Empty = all between <see cref="Languages"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Directions { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>How to search unless a command says otherwise.</summary>
    public SearchOptions Search { get; init; } = new();

    /// <summary>The profile of a model folder; the default one where there is no file.</summary>
    /// <exception cref="RequestException">The file is no profile.</exception>
    public static TranslationProfile Load(string folder)
    {
        var path = Path.Combine(File.Exists(folder) ? Path.GetDirectoryName(Path.GetFullPath(folder))! : folder, FileName);
        if (!File.Exists(path))
            return new();
        try
        {
            var profile = JsonSerializer.Deserialize<TranslationProfile>(File.ReadAllBytes(path), Json)
                ?? throw new JsonException("the file says null");
            OptionProblem.ThrowIfAny(path, profile.Problems());
            return profile;
        }
        catch (JsonException failure)
        {
            throw new RequestException(failure.Message, path, "correct it, or delete it to use the defaults", failure);
        }
    }

    /// <summary>Writes <see cref="FileName"/> into a model folder.</summary>
    public void Save(string folder)
    {
        var path = Path.Combine(folder, FileName);
        OptionProblem.ThrowIfAny(path, Problems());
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, Json) + "\n");
    }

    public IEnumerable<OptionProblem> Problems()
    {
        foreach (var problem in Template.Problems())
            yield return problem with { Option = $"template.{problem.Option}" };
        foreach (var problem in Search.Problems())
            yield return problem with { Option = $"search.{problem.Option}" };
        foreach (var (code, name) in Languages)
            if (string.IsNullOrWhiteSpace(name))
                yield return new($"languages.{code}", name, "must be a name", "write the language's name as the prompts have it");
        foreach (var (source, targets) in Directions)
        {
            if (targets is null)
                yield return new($"directions.{source}", null, "must be a list of codes", "write [] where there is no target");
            foreach (var code in (targets ?? []).Prepend(source).Where(code => code is null || !Languages.ContainsKey(code)))
                yield return new($"directions.{source}", code, "must be one of languages", $"add \"{code}\" and its name to languages");
        }
    }

    /// <summary>The code under which the profile, or else the paper, knows a language, and its name in the prompt.</summary>
    /// <param name="code">A code of the profile, or any code or name in <see cref="LanguageRegistry"/>.</param>
    /// <exception cref="RequestException">Neither knows it.</exception>
    public (string Code, string Name) Language(string code)
    {
        if (Languages.TryGetValue(code, out var name))
            return (code, name);
        var language = LanguageRegistry.Find(code);
        return (language.Code, Languages.GetValueOrDefault(language.Code, language.PromptName));
    }

    /// <summary>Refuses a language that the model cannot know.</summary>
    /// <param name="source">A code from <see cref="Language"/>.</param>
    /// <param name="target">A code from <see cref="Language"/>.</param>
    /// <exception cref="RequestException"><see cref="Languages"/> lacks one of them.</exception>
    public void Require(string source, string target)
    {
        foreach (var code in (string[])[source, target])
            if (Languages.Count > 0 && !Languages.ContainsKey(code))
                throw new RequestException(
                    $"the model does not know the language {code}: it translates between {string.Join(", ", Languages.Keys)}",
                    $"{source}→{target}",
                    "choose one of them, or a model that was trained on the language");
    }

    /// <summary>Whether the model was trained for a direction, as far as the profile knows.</summary>
    /// <param name="source">A code from <see cref="Language"/>.</param>
    /// <param name="target">A code from <see cref="Language"/>.</param>
    public bool Covers(string source, string target)
    {
        if (Directions.Count > 0)
            return Directions.TryGetValue(source, out var targets) && targets.Contains(target);
        return Languages.Count == 0 || (Languages.ContainsKey(source) && Languages.ContainsKey(target));
    }

    /// <summary>A built-in template is written as its name.</summary>
    private sealed class TemplateConverter : JsonConverter<PromptTemplate>
    {
        public override PromptTemplate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String
                ? PromptTemplate.Find(reader.GetString()!)
                : JsonSerializer.Deserialize<PromptTemplate>(ref reader, PromptTemplate.Json)!;

        public override void Write(Utf8JsonWriter writer, PromptTemplate value, JsonSerializerOptions options)
        {
            if (PromptTemplate.BuiltIn.Any(builtIn => ReferenceEquals(builtIn, value)))
                writer.WriteStringValue(value.Name);
            else
                JsonSerializer.Serialize(writer, value, PromptTemplate.Json);
        }
    }
}
