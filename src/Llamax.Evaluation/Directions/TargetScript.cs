using Llamax.Text.Languages;

namespace Llamax.Evaluation.Directions;

/// <summary>The cheapest sign of off-target output: letters of another script than the target's.</summary>
public static class TargetScript
{
    /// <summary>Whether most letters of a text are not of the language's script. A text without letters is not judged wrong.</summary>
    /// <exception cref="Llamax.Runs.RequestException">The language is unknown.</exception>
    public static bool IsWrong(string text, string language) =>
        ScriptDetector.Dominant(text) is not null && ScriptDetector.ShareOf(text, LanguageRegistry.Find(language).Script) < 0.5;
}
