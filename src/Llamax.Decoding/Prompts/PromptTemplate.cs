using System.Text;
using System.Text.RegularExpressions;
using Llamax.Runs;

namespace Llamax.Decoding.Prompts;

/// <summary>
/// How a sentence to translate is put to a model, and how its answer is read: data, not code. The model generates what follows
/// <see cref="Text"/>; training puts the translation there.
/// </summary>
public sealed partial record PromptTemplate
{
    private const string Source = "{source_name}";
    private const string Target = "{target_name}";
    private const string Input = "{input}";

    /// <summary>
    /// The prompt of LLaMAX-Alpaca and of the LLaMA models it is compared with (LLaMAX, Table 14), with the line ends of the
    /// published scripts: one after each part, none after <c>### Response:</c>.
    /// </summary>
    public static PromptTemplate LlamaxAlpaca { get; } = new()
    {
        Name = "llamax-alpaca",
        Text = "Below is an instruction that describes a task, paired with an input that provides further context. "
            + "Write a response that appropriately completes the request.\n"
            + "### Instruction:\nTranslate the following sentences from {source_name} to {target_name}\n"
            + "### Input:\n{input}\n"
            + "### Response:",
        Stops = ["###"],
    };

    /// <summary>A line to go on with, for base models, which follow no instruction.</summary>
    public static PromptTemplate Plain { get; } = new()
    {
        Name = "plain",
        Text = "{source_name}: {input}\n{target_name}:",
        Stops = ["\n"],
    };

    /// <summary>For small models with small vocabularies, which would spend most of their tokens on a long instruction.</summary>
    public static PromptTemplate Compact { get; } = new()
    {
        Name = "compact",
        Text = "{source_name} to {target_name}: {input} =",
        Stops = ["\n"],
    };

    /// <summary>The templates that go by a name.</summary>
    public static IReadOnlyList<PromptTemplate> BuiltIn { get; } = [LlamaxAlpaca, Plain, Compact];

    /// <summary>What the template is called; a model folder may keep one of its own under any name.</summary>
    public required string Name { get; init; }

    /// <summary>With <c>{input}</c> once, and <c>{source_name}</c> and <c>{target_name}</c> where the languages are told.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// Texts that end an answer; they and what follows are cut off. With a line end among them only the first line is an answer.
    /// May be empty: the end token always ends it.
    /// </summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>The built-in template of that name.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public static PromptTemplate Find(string name) =>
        BuiltIn.FirstOrDefault(template => template.Name == name)
        ?? throw new RequestException(
            $"no prompt template \"{name}\"",
            mend: $"use one of {string.Join(", ", BuiltIn.Select(t => t.Name))}, or write the template out");

    public IEnumerable<OptionProblem> Problems()
    {
        if (string.IsNullOrWhiteSpace(Name))
            yield return new("name", Name, "must not be empty", "give the template a name of its own");
        if (Text.Split(Input).Length != 2)
            yield return new("text", Text, "must have {input} exactly once", "put {input} where the sentence belongs");
        foreach (Match unknown in Placeholders().Matches(Text))
            if (unknown.Value is not (Source or Target or Input))
                yield return new("text", unknown.Value, "is no placeholder", $"use {Source}, {Target} and {Input}");
        if (Stops.Any(string.IsNullOrEmpty))
            yield return new("stops", "\"\"", "must not be empty texts", "leave the list empty: the end token ends an answer");
    }

    /// <summary>The prompt of one sentence.</summary>
    /// <param name="sourceName">The source language as the model was told it in training, for example <c>Chinese Simpl</c>.</param>
    /// <param name="targetName">The target language.</param>
    /// <param name="input">The sentence; white space around it goes, braces in it mean nothing.</param>
    public string Format(string sourceName, string targetName, string input)
    {
        var prompt = new StringBuilder();
        var rest = Text.AsSpan();
        while (rest.Length > 0)
        {
            var (length, value) = rest switch
            {
                _ when rest.StartsWith(Source) => (Source.Length, sourceName),
                _ when rest.StartsWith(Target) => (Target.Length, targetName),
                _ when rest.StartsWith(Input) => (Input.Length, input.Trim()),
                _ => (1, null),
            };
            prompt.Append(value ?? rest[..1]);
            rest = rest[length..];
        }

        return prompt.ToString();
    }

    /// <summary>The translation in what a model generated after the prompt; line ends become spaces, as in the published scripts.</summary>
    public string Answer(string generated)
    {
        var end = generated.Length;
        foreach (var stop in Stops)
            if (generated.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var found)
                end = Math.Min(end, found);
        return generated[..end].Trim().ReplaceLineEndings(" ");
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholders();
}
