using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Llamax.Decoding.Tests")]
