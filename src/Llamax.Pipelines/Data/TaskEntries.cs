using Llamax.Corpus;
using Llamax.Corpus.Reading;
using Llamax.Decoding.Prompts;
using Llamax.Pipelines.Recipes;

namespace Llamax.Pipelines.Data;

/// <summary>Examples of a task as instructions, loss on the answer alone.</summary>
internal sealed class TaskEntries(TaskOptions options)
{
    /// <exception cref="Runs.RequestException">A file or the template is wrong; file and line are named.</exception>
    public IEnumerable<TrainingEntry> Read()
    {
        var template = TaskTemplate.Find(
            options.Prompt ?? options.Kind.ToString().ToLowerInvariant(), [.. TaskExamples.FieldsOf(options.Kind)]);
        foreach (var example in options.Files.SelectMany(file => TaskExamples.Read(options.Kind, file)))
        {
            var language = TuningEntries.LanguageOf(example.Language ?? options.Language, example.Origin).Code;
            yield return new(
                EntryKind.Instruction, language, language,
                [new(template.Format(example.Fields), HasLoss: false), new(template.FormatAnswer(example.Fields), HasLoss: true)],
                example.Origin);
        }
    }
}
