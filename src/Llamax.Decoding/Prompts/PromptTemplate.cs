using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Llamax.Runs;

namespace Llamax.Decoding.Prompts;

/// <summary>
/// How a sentence to translate is put to a model, and how its answer is read: data, not code. The model generates what follows
/// <see cref="Text"/>; training puts the translation there. The built-in ones are the files below <c>Systems/</c>: those of LLaMAX,
/// Table 14, and a few short ones; a file of the same kind is a template of one's own.
/// </summary>
public sealed partial record PromptTemplate
{
    private const string SourceName = "{source_name}";
    private const string TargetName = "{target_name}";
    private const string SourceCode = "{source_code}";
    private const string TargetCode = "{target_code}";
    private const string Input = "{input}";
    private const string FileExtension = ".json";

    /// <summary>How a template looks in a file: the properties below, none unknown.</summary>
    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The templates that go by a name, in ordinal order.</summary>
    public static IReadOnlyList<PromptTemplate> BuiltIn { get; } = ReadBuiltIn();

    /// <summary>
    /// The prompt of LLaMAX-Alpaca and of the LLaMA models it is compared with (LLaMAX, Table 14), with the line ends of the
    /// published scripts: one after each part, none after <c>### Response:</c>.
    /// </summary>
    public static PromptTemplate LlamaxAlpaca { get; } = Find("llamax-alpaca");

    /// <summary>A line to go on with, for base models, which follow no instruction.</summary>
    public static PromptTemplate Plain { get; } = Find("plain");

    /// <summary>For small models with small vocabularies, which would spend most of their tokens on a long instruction.</summary>
    public static PromptTemplate Compact { get; } = Find("compact");

    /// <summary>What a person would write to a chat model; the chat's own marks are the server's business.</summary>
    public static PromptTemplate Chat { get; } = Find("chat");

    /// <summary>What the template is called; a model folder may keep one of its own under any name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// With <c>{input}</c> once; <c>{source_name}</c>, <c>{target_name}</c>, <c>{source_code}</c> and <c>{target_code}</c> where the
    /// languages are told. The token that begins a sequence is not part of it.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>
    /// Texts that end an answer; they and what follows are cut off. With a line end among them only the first line is an answer.
    /// May be empty: the end token always ends it.
    /// </summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>Code → name, where a system was told another name than the paper's prompts have.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();

    /// <summary>The built-in template of a name, or the one in a file.</summary>
    /// <param name="nameOrPath">A name of <see cref="BuiltIn"/>, or a path that ends in <c>.json</c>.</param>
    /// <exception cref="RequestException">There is none, or the file is no template.</exception>
    public static PromptTemplate Find(string nameOrPath) =>
        BuiltIn.FirstOrDefault(template => template.Name == nameOrPath)
        ?? (nameOrPath.EndsWith(FileExtension, StringComparison.OrdinalIgnoreCase) ? Load(nameOrPath) : null)
        ?? throw new RequestException(
            $"no prompt template \"{nameOrPath}\"",
            mend: $"use one of {string.Join(", ", BuiltIn.Select(t => t.Name))}, or a file (.json) with name, text and stops");

    public IEnumerable<OptionProblem> Problems()
    {
        if (string.IsNullOrWhiteSpace(Name))
            yield return new("name", Name, "must not be empty", "give the template a name of its own");
        if (Text.Split(Input).Length != 2)
            yield return new("text", Text, "must have {input} exactly once", "put {input} where the sentence belongs");
        foreach (Match unknown in Placeholders().Matches(Text))
            if (unknown.Value is not (SourceName or TargetName or SourceCode or TargetCode or Input))
                yield return new(
                    "text", unknown.Value, "is no placeholder", $"use {SourceName}, {TargetName}, {SourceCode}, {TargetCode} and {Input}");
        if (Stops.Any(string.IsNullOrEmpty))
            yield return new("stops", "\"\"", "must not be empty texts", "leave the list empty: the end token ends an answer");
    }

    /// <summary>The prompt of one sentence.</summary>
    /// <param name="source">The source language: its code, and its name as the model was told it in training.</param>
    /// <param name="target">The target language.</param>
    /// <param name="input">The sentence; white space around it goes, braces in it mean nothing.</param>
    public string Format((string Code, string Name) source, (string Code, string Name) target, string input)
    {
        var prompt = new StringBuilder();
        var rest = Text.AsSpan();
        while (rest.Length > 0)
        {
            var (length, value) = rest switch
            {
                _ when rest.StartsWith(SourceName) => (SourceName.Length, Names.GetValueOrDefault(source.Code, source.Name)),
                _ when rest.StartsWith(TargetName) => (TargetName.Length, Names.GetValueOrDefault(target.Code, target.Name)),
                _ when rest.StartsWith(SourceCode) => (SourceCode.Length, source.Code),
                _ when rest.StartsWith(TargetCode) => (TargetCode.Length, target.Code),
                _ when rest.StartsWith(Input) => (Input.Length, input.Trim()),
                _ => (1, null),
            };
            prompt.Append(value ?? rest[..1]);
            rest = rest[length..];
        }

        return prompt.ToString();
    }

    /// <summary>As above, for templates that tell names alone.</summary>
    /// <param name="sourceName">The source language as the model was told it in training, for example <c>Chinese Simpl</c>.</param>
    /// <param name="targetName">The target language.</param>
    /// <param name="input">The sentence.</param>
    public string Format(string sourceName, string targetName, string input) => Format(("", sourceName), ("", targetName), input);

    /// <summary>
    /// The translation in what a model generated after the prompt: the prompt is never searched for a heading, so that nothing in the
    /// sentence can be taken for one. Line ends become spaces, as in the published scripts.
    /// </summary>
    public string Answer(string generated)
    {
        var end = generated.Length;
        foreach (var stop in Stops)
            if (generated.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var found)
                end = Math.Min(end, found);
        return generated[..end].Trim().ReplaceLineEndings(" ");
    }

    public bool Equals(PromptTemplate? other) =>
        other is not null && Name == other.Name && Text == other.Text && Stops.SequenceEqual(other.Stops)
        && Names.Count == other.Names.Count && !Names.Except(other.Names).Any();

    public override int GetHashCode() => HashCode.Combine(Name, Text);

    private static PromptTemplate Load(string path)
    {
        try
        {
            var template = Parse(File.ReadAllBytes(path));
            OptionProblem.ThrowIfAny(path, template.Problems());
            return template;
        }
        catch (JsonException failure)
        {
            throw new RequestException(
                failure.Message, path, "write {\"name\": …, \"text\": \"… {input} …\", \"stops\": […]}", failure);
        }
    }

    private static PromptTemplate Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<PromptTemplate>(json, Json) ?? throw new JsonException("the file says null");

    private static PromptTemplate[] ReadBuiltIn()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.Contains(".Prompts.Systems.", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    using var bytes = new MemoryStream();
                    stream.CopyTo(bytes);
                    return Parse(bytes.ToArray());
                }),
        ];
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholders();
}
