namespace Llamax.Decoding.Search;

/// <summary>When a sentence stops although beams still live (Hugging Face's <c>early_stopping</c>).</summary>
public enum EarlyStopping
{
    /// <summary>As soon as as many hypotheses are finished as there are beams (<c>true</c>).</summary>
    WhenFull,

    /// <summary>
    /// When moreover the best live beam, scored at its present length, cannot beat the worst finished one (<c>false</c>, the default
    /// there and here). A heuristic: with a positive length penalty a longer sequence may still have won.
    /// </summary>
    WhenUnbeatable,

    /// <summary>As <see cref="WhenUnbeatable"/>, but the beam is scored at the greatest length allowed (<c>"never"</c>).</summary>
    Never,
}
