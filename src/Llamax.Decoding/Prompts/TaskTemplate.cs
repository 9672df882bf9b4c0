using System.Text.RegularExpressions;
using Llamax.Runs;

namespace Llamax.Decoding.Prompts;

/// <summary>
/// How an example of a task is put to a model, and what it should answer: data, as a <see cref="PromptTemplate"/>. The built-in ones, below
/// <c>Tasks/</c>, are named after the kinds of task. LLaMAX tunes on X-CSQA, XNLI and MetaMath in English (section 4.3, Figure 3) and
/// publishes no prompt for them: these are Alpaca's, with which it tunes on instructions; MetaMath's is its authors' own.
/// </summary>
public sealed partial record TaskTemplate
{
    private const string FileExtension = ".json";

    /// <summary>The templates that go by a name, in ordinal order.</summary>
    public static IReadOnlyList<TaskTemplate> BuiltIn { get; } = TemplateFiles.BuiltIn<TaskTemplate>("Tasks");

    /// <summary>What the template is called.</summary>
    public required string Name { get; init; }

    /// <summary>What the model is asked, with the fields of an example in braces, for example <c>{premise}</c>.</summary>
    public required string Text { get; init; }

    /// <summary>What it should answer, likewise.</summary>
    public required string Answer { get; init; }

    /// <summary>The built-in template of a name, or the one in a file.</summary>
    /// <param name="nameOrPath">A name of <see cref="BuiltIn"/>, or a path that ends in <c>.json</c>.</param>
    /// <param name="fields">What an example has.</param>
    /// <exception cref="RequestException">There is none, the file is no template, or it names a field that an example has not.</exception>
    public static TaskTemplate Find(string nameOrPath, IReadOnlyCollection<string> fields)
    {
        var template = BuiltIn.FirstOrDefault(template => template.Name == nameOrPath)
            ?? (nameOrPath.EndsWith(FileExtension, StringComparison.OrdinalIgnoreCase)
                ? TemplateFiles.Load<TaskTemplate>(nameOrPath, "write {\"name\": …, \"text\": \"… {question} …\", \"answer\": \"{label}\"}")
                : null)
            ?? throw new RequestException(
                $"no task template \"{nameOrPath}\"",
                mend: $"use one of {string.Join(", ", BuiltIn.Select(t => t.Name))}, or a file (.json) with name, text and answer");
        OptionProblem.ThrowIfAny(nameOrPath, template.Problems(fields));
        return template;
    }

    /// <summary>What is wrong with it for examples of these fields.</summary>
    public IEnumerable<OptionProblem> Problems(IReadOnlyCollection<string> fields)
    {
        var known = string.Join(", ", fields.Select(field => $"{{{field}}}"));
        foreach (var (option, text) in new[] { ("text", Text), ("answer", Answer) })
        {
            var names = Placeholders().Matches(text).Select(match => match.Value[1..^1]).ToList();
            foreach (var unknown in names.Where(name => !fields.Contains(name)))
                yield return new(option, $"{{{unknown}}}", "is no field of the examples", $"use {known}");
            if (names.Count == 0)
                yield return new(option, text, "must have a field of the examples", $"use {known}");
        }
    }

    /// <summary>The question of an example.</summary>
    public string Format(IReadOnlyDictionary<string, string> fields) => Fill(Text, fields);

    /// <summary>The answer of an example.</summary>
    public string FormatAnswer(IReadOnlyDictionary<string, string> fields) => Fill(Answer, fields);

    // In one pass: braces in a value mean nothing.
    private static string Fill(string text, IReadOnlyDictionary<string, string> fields) =>
        Placeholders().Replace(text, match => fields[match.Value[1..^1]]);

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholders();
}
